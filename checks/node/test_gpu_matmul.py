"""What each GPU computes in each precision: is it as fast as its like, and right?"""

from pathlib import Path

import pytest

from podsys.commands.check_tools import takes
from podsys.commands.sent_programs import read_program
from podsys.core.launchers.gpu_matmul import TOOL as PRODUCTS
from podsys.core.launchers.sent_program import or_else, python_way

PROGRAM = read_program(Path(__file__).with_name("start_matmul.py"))
TOOL = or_else(PRODUCTS, python_way(PROGRAM))


@pytest.mark.check(
    id="node.gpu_matmul",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="nvidia-smi -q -d PERFORMANCE,POWER,TEMPERATURE of the GPU named: what holds it back?",
)
def test_gpu_matmul(measure_nodes):
    measure_nodes(TOOL)
