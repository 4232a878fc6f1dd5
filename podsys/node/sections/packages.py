"""Is the package database whole, and does it ask for a reboot?"""

from typing import Any, Dict

from .. import machine
from ..packages import find_broken
from ..values import quote, word


def read() -> Dict[str, Any]:
    return {
        "broken": [word(name) or quote(name) for name in find_broken()],
        "reboot_required": machine.exists("/var/run/reboot-required"),
    }
