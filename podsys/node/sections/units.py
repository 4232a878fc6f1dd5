"""Failed units of systemd."""

from typing import Any, Dict

from ..systemd import list_units, show_manager


def read() -> Dict[str, Any]:
    failed = [unit for unit, state in list_units().items() if state["ActiveState"] == "failed"]
    return {"failed": sorted(failed), "state": show_manager()["SystemState"]}
