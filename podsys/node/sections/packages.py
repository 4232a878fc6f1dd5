"""Is the package database whole, and does it ask for a reboot?"""

from typing import Any, Dict

from .. import machine
from ..packages import find_broken


def read() -> Dict[str, Any]:
    return {
        "broken": find_broken(),
        "reboot_required": machine.exists("/var/run/reboot-required"),
    }
