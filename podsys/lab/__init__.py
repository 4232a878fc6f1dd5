"""The practice cluster: real systemd nodes on one Linux machine."""

from podsys.lab.breaking import break_node, can_make, heal_node
from podsys.lab.down import down
from podsys.lab.layout import default_name
from podsys.lab.status import status
from podsys.lab.types import LabStatus, NodeStatus, Report
from podsys.lab.up import up

__all__ = [
    "LabStatus",
    "NodeStatus",
    "Report",
    "break_node",
    "can_make",
    "default_name",
    "down",
    "heal_node",
    "status",
    "up",
]
