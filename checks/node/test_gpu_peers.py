"""Every GPU to every other: bandwidth, and latency with and without P2P."""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.p2p_bandwidth import TOOL


@pytest.mark.check(
    id="node.gpu_peers",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="nvidia-smi topo -p2p rw; ACS and IOMMU settings",
)
def test_gpu_peers(measure_nodes):
    measure_nodes(TOOL)
