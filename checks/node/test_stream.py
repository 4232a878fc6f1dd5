"""Memory bandwidth of each node's CPUs: is a DIMM missing or slow?"""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.stream import TOOL


@pytest.mark.check(
    id="node.stream",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="count the DIMMs (dmidecode -t 17), look at NUMA and power settings of the BIOS",
)
def test_stream(measure_nodes):
    measure_nodes(TOOL)
