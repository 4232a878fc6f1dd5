"""Every GPU to every other: bandwidth, and latency with and without P2P."""

from pathlib import Path

import pytest

from podsys.commands.check_tools import takes
from podsys.commands.sent_programs import read_program
from podsys.core.launchers.p2p_bandwidth import TOOL as TEST
from podsys.core.launchers.sent_program import or_else, python_way

PROGRAM = read_program(Path(__file__).with_name("cuda_peers.py"))
TOOL = or_else(TEST, python_way(PROGRAM))


@pytest.mark.check(
    id="node.gpu_peers",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="nvidia-smi topo -p2p rw; ACS and IOMMU settings",
)
def test_gpu_peers(measure_nodes):
    measure_nodes(TOOL)
