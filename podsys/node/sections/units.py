"""Units of systemd that failed, and those that still start."""

from typing import Any, Dict

from ..systemd import list_by_state, show_manager


def read() -> Dict[str, Any]:
    """Units that are still starting are told too: systemd may call itself running before."""
    states = list_by_state(["failed", "activating"])
    return {
        "failed": sorted(unit for unit, state in states.items() if state == "failed"),
        "activating": sorted(unit for unit, state in states.items() if state == "activating"),
        "state": show_manager()["SystemState"],
    }
