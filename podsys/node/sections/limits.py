"""Limits of a login: those of this one, which the probe runs in, and those set up for the next.

Sizes in bytes, as the kernel counts them; `unlimited` is a word.
"""

import resource
from typing import Any, Dict, Optional, Union

from ..kinds.limit import KIB, SIDES, can_raise, read_saved
from ..values import whole

NAMES = {
    "memlock": resource.RLIMIT_MEMLOCK,
    "nofile": resource.RLIMIT_NOFILE,
    "nproc": resource.RLIMIT_NPROC,
    "stack": resource.RLIMIT_STACK,
}
UNLIMITED = ("unlimited", "infinity", "-1")
Amount = Union[int, str]


def read() -> Dict[str, Any]:
    """`raisable`: whether any process here may have more than it was given."""
    saved = read_saved()
    facts: Dict[str, Any] = {name: _read_one(name, number, saved) for name, number in NAMES.items()}
    return dict(facts, raisable=can_raise())


def _read_one(name: str, number: int, saved: Dict[Any, str]) -> Dict[str, Any]:
    """`soft` and `hard` are in force here; `saved` what everybody gets who is not root."""
    facts: Dict[str, Any] = dict(zip(SIDES, map(_from_kernel, resource.getrlimit(number))))
    facts["saved"] = {side: parse(name, saved.get(("*", side, name), "")) for side in SIDES}
    return facts


def parse(name: str, text: str) -> Optional[Amount]:
    """A value of limits.conf, in KiB for sizes; None where nothing is set up."""
    if text in UNLIMITED:
        return "unlimited"
    amount = whole(text, 1 << 53)
    return amount if amount is None or name not in KIB else amount * 1024


def _from_kernel(amount: int) -> Amount:
    return "unlimited" if amount == resource.RLIM_INFINITY else amount
