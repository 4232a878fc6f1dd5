"""Copies between host and GPU and between GPUs: is every path at its width?"""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.nvbandwidth import TOOL


@pytest.mark.check(
    id="node.gpu_copies",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="lspci -vv: link width and speed of the GPU named; nvidia-smi nvlink -s",
)
def test_gpu_copies(measure_nodes):
    measure_nodes(TOOL)
