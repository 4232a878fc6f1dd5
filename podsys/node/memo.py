"""What one look at the machine needs only once, such as the package database.

A look ends with its process, or with `forget()`: nothing is remembered from one to the next.
"""

from typing import Any, Callable, Dict

_known: Dict[str, Any] = {}


def once(name: str, compute: Callable[[], Any]) -> Any:
    if name not in _known:
        _known[name] = compute()
    return _known[name]


def forget() -> None:
    """After every write: what was read before it may be true no longer."""
    _known.clear()
