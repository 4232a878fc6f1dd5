"""Items brought to what is wanted, and told as one JSON document, as the probe tells facts."""

import sys
from typing import Any, Dict

from .converge import converge_all
from .encode import encode

LOCK = "/run/podsys.lock"


def run(request: Dict[str, Any]) -> None:
    """`request`: settings, check_mode."""
    result, failures = converge_locked(request["settings"], request["check_mode"])
    sys.stdout.write(encode(dict(result, failures=failures)) + "\n")


def converge_locked(settings: Any, check_mode: bool) -> Any:
    """Two runs must never write at once; the kernel drops the lock with the process."""
    import fcntl

    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return converge_all(settings, check_mode)
