"""Orders to systemd. It reads its files anew once for all that was changed, not after each change:
that takes it a tenth of a second of CPU every time.

Whoever changes unit files, or links that enable or mask units, asks for it; whoever needs systemd
to know them gives his order through `order`; the last of the writers calls `settle`.
"""

from typing import Set

from . import machine

REEXEC, RELOAD = "daemon-reexec", "daemon-reload"
_asked: Set[str] = set()


def reload_later() -> None:
    """Unit files were changed."""
    _asked.add(RELOAD)


def reexec_later() -> None:
    """systemd's own configuration was changed; with that it reads unit files anew as well."""
    _asked.add(REEXEC)


def settle() -> None:
    """What was asked for is done now; Unreadable when systemd refuses."""
    asked = REEXEC if REEXEC in _asked else RELOAD
    if _asked:
        _asked.clear()
        machine.ask(["systemctl", asked], 60)


def order(*words: str, limit_s: float = 60) -> None:
    """One order for which systemd must know what was changed before."""
    settle()
    machine.ask(["systemctl", *words], limit_s)
