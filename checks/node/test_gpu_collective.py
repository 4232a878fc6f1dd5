"""All GPUs of a node together: do they sum up fast, and right?"""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.nccl import TOOL


@pytest.mark.check(
    id="node.gpu_collective",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="nvidia-smi topo -m and nvlink -s; is the fabric manager running, is ACS off?",
)
def test_gpu_collective(measure_nodes):
    measure_nodes(TOOL)
