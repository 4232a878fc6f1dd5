"""The scratch path of each node: does it read as fast as those of its fleet?"""

import pytest

from podsys.commands.check_tools import takes
from podsys.core.launchers.fio import TOOL


@pytest.mark.check(
    id="node.scratch",
    level=2,
    suite="node",
    takes=takes(TOOL),
    remedy="smartctl -a on the drive, its PCIe link, and what else uses it",
)
def test_scratch(measure_nodes):
    measure_nodes(TOOL)
