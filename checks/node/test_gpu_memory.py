"""The memory of each GPU: does it read and write at its rate, and right?"""

from pathlib import Path

import pytest

from podsys.commands.check_tools import takes
from podsys.commands.sent_programs import read_program
from podsys.core.launchers.gpu_memory import TOOL as TRIAD
from podsys.core.launchers.sent_program import or_else, python_way

PROGRAM = read_program(Path(__file__).with_name("cuda_memory.py"))
TOOL = or_else(TRIAD, python_way(PROGRAM))


@pytest.mark.check(
    id="node.gpu_memory",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="nvidia-smi -q -d ECC,ROW_REMAPPER,CLOCK of the GPU named; does its memory clock hold?",
)
def test_gpu_memory(measure_nodes):
    measure_nodes(TOOL)
