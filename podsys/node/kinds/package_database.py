"""The package database as a whole: `packages` must be `clean`.

Read from dpkg's status file: an interrupted dpkg leaves packages half installed. Repaired by
dpkg --configure -a and apt-get --fix-broken.
"""

from typing import Dict, List

from .. import machine, packages
from . import Item, Readings, read_each

# Nothing can be installed before it is whole.
ORDER = 1


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: read_database())


def read_database() -> Dict[str, str]:
    if not packages.is_debian():
        return {"absent": "rpm leaves nothing half installed"}
    broken = packages.find_broken()
    return {"live": "broken: %s" % " ".join(broken) if broken else "clean"}


def write(changed: List[Item], wanted: List[Item]) -> None:
    # A dpkg that a dead ssh session left behind may still be at work: apt waits for it.
    machine.ask(["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qy", "check"], 320)
    machine.ask(["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"], 900)
    machine.ask(["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qy", "--fix-broken", "install"], 900)
