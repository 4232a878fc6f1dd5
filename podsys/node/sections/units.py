"""Units of systemd that failed, and those that still start."""

from typing import Any, Dict, List

from ..machine import Unreadable
from ..systemd import list_by_state, show_manager
from ..values import quote, word


def read() -> Dict[str, Any]:
    """Units that are still starting are told too: systemd may call itself running before."""
    states = list_by_state(["failed", "activating"])
    state = word(show_manager().get("SystemState", ""))
    if not state:
        raise Unreadable("systemd does not tell its own state")
    return {
        "failed": _names(states, "failed"),
        "activating": _names(states, "activating"),
        "state": state,
    }


def _names(states: Dict[str, str], wanted: str) -> List[str]:
    return sorted(word(unit) or quote(unit) for unit, state in states.items() if state == wanted)
