"""What NVIDIA's own diagnosis says of the GPUs of each node."""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.dcgm import TOOL


@pytest.mark.check(
    id="node.gpu_diag",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="dcgmi diag -r 3 on the node; follow what it says of the GPU named",
)
def test_gpu_diag(measure_nodes):
    measure_nodes(TOOL)
