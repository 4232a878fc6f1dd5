"""Copies between host and GPU and between GPUs: is every path at its width?"""

from pathlib import Path

import pytest

from podsys.commands.check_tools import takes
from podsys.commands.sent_programs import read_program
from podsys.core.launchers.nvbandwidth import TOOL as TESTS
from podsys.core.launchers.sent_program import or_else, python_way

PROGRAM = read_program(Path(__file__).with_name("cuda_copies.py"))
TOOL = or_else(TESTS, python_way(PROGRAM))


@pytest.mark.check(
    id="node.gpu_copies",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="lspci -vv: link width and speed of the GPU named; nvidia-smi nvlink -s",
)
def test_gpu_copies(measure_nodes):
    measure_nodes(TOOL)
