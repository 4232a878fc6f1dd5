"""Each RDMA port sends to itself: the NIC, its slot, and its way to the GPU beside it."""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.loopback import TOOL


@pytest.mark.check(
    id="node.nic_loopback",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="lspci -vv: link width and speed of the NIC named; with GPU memory nvidia_peermem, ACS",
)
def test_nic_loopback(measure_nodes):
    measure_nodes(TOOL)
