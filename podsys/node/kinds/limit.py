"""Limits that pam_limits gives to every login.

Read live from the limits of the probe itself, which runs in a fresh session of sshd, and
for the next login from limits.conf and limits.d for everybody and for root, soft and hard.
Written to /etc/security/limits.d/zz-podsys.conf; services of systemd have limits of their own.
"""

import resource
from typing import Dict, List, Tuple

from .. import machine
from ..dropin import merge_folders, numbered_lines, write_lines
from . import Item, Readings, read_each

# The bit of CAP_SYS_RESOURCE: without it, as in some containers, nobody can raise a hard limit.
RAISE = 1 << 24
# A session that is open keeps its limits; the next one shows what was written.
LIVE_LATER = True
FILE = "/etc/security/limits.d/zz-podsys.conf"
OWN = (FILE,)
DOMAINS = ("*", "root")
SIDES = ("soft", "hard")
# pam_limits counts some limits in KiB where the kernel counts bytes.
KIB = frozenset(("memlock", "stack", "data", "fsize", "rss", "core", "as"))
NAMES = {"locks": "RLIMIT_LOCKS", "nproc": "RLIMIT_NPROC", "rtprio": "RLIMIT_RTPRIO"}


def read(items: List[Item]) -> Readings:
    saved = read_saved()
    return read_each(items, lambda item: _read_one(item["key"], saved))


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_lines(
        FILE,
        [
            "%s %s %s %s" % (domain, side, item["key"], item["value"])
            for item in wanted
            for domain in DOMAINS
            for side in SIDES
        ],
    )


def read_saved() -> Dict[Tuple[str, str, str], str]:
    """(domain, side, name) -> value; a later line wins, `-` sets both sides."""
    saved = {}
    files = ["/etc/security/limits.conf"] + merge_folders(("/etc/security/limits.d",), ".conf")
    for path in files:
        for _, line in numbered_lines(path, comments="#"):
            parts = line.split("#")[0].split()
            if len(parts) == 4:
                domain, side, name, value = parts
                for each in SIDES if side == "-" else (side,):
                    saved[(domain, each, name)] = value
    return saved


def _read_one(name: str, saved: Dict[Tuple[str, str, str], str]) -> Dict[str, str]:
    if not can_raise():
        return {"absent": "no process here may raise limits: CAP_SYS_RESOURCE is missing"}
    live = [_from_kernel(name, number) for number in resource.getrlimit(_resource_of(name))]
    lines = [_saved_for(domain, side, name, saved) for domain in DOMAINS for side in SIDES]
    return {"live": _one(live), "persistent": _one(lines)}


def can_raise() -> bool:
    """What the first process may at most; a machine that does not tell is taken to allow it."""
    for line in (machine.read_text("/proc/1/status") or "").splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) & RAISE)
    return True


def _saved_for(domain: str, side: str, name: str, saved: Dict[Tuple[str, str, str], str]) -> str:
    value = saved.get((domain, side, name), "unset")
    return "unlimited" if value in ("-1", "infinity") else value


def _one(values: List[str]) -> str:
    """One word when all agree; every word otherwise, so that a difference shows."""
    return values[0] if len(set(values)) == 1 else ",".join(values)


def _resource_of(name: str) -> int:
    number = getattr(resource, NAMES.get(name, "RLIMIT_" + name.upper()), None)
    if number is None:
        raise machine.Unreadable("no limit named %s" % name)
    return int(number)


def _from_kernel(name: str, number: int) -> str:
    if number == resource.RLIM_INFINITY:
        return "unlimited"
    return str(number // 1024 if name in KIB else number)
