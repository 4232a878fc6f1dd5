"""All GPUs of a node together: do they sum up fast, and right?"""

from pathlib import Path

import pytest

from podsys.commands.check_tools import takes
from podsys.commands.sent_programs import read_program
from podsys.core.launchers.nccl import TOOL as TESTS
from podsys.core.launchers.node_tool import needs_gpus
from podsys.core.launchers.sent_program import or_else, python_way

PROGRAM = read_program(Path(__file__).with_name("nccl_collective.py"))
# NCCL is NVIDIA's; for AMD there are rccl-tests only.
ALONE = python_way(PROGRAM, "all_reduce", "node", find_reason=needs_gpus(1, "10de"))
TOOL = or_else(TESTS, ALONE)


@pytest.mark.check(
    id="node.gpu_collective",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="nvidia-smi topo -m and nvlink -s; is the fabric manager running, is ACS off?",
)
def test_gpu_collective(measure_nodes):
    measure_nodes(TOOL)
