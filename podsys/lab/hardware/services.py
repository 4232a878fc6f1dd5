"""The driver's services run when the state says that they do, and can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

State = dict[str, Any]
FABRIC_MANAGER = "nvidia-fabricmanager.service"


def list_commands(before: State, after: State) -> Iterator[list[str]]:
    """What brings the services of a running node from one state to the next."""
    if runs_fabric_manager(before) != runs_fabric_manager(after):
        verb = "start" if runs_fabric_manager(after) else "stop"
        yield ["systemctl", verb, FABRIC_MANAGER]


def runs_fabric_manager(state: State) -> bool:
    """It ends at once where the driver is not of its own version."""
    manager, driver = state["fabric_manager"], state["driver"]
    same = manager["version"] == driver["module_version"]
    return bool(manager["running"] and driver["module_loaded"] and same)
