"""The time zone of the machine.

Read from where /etc/localtime leads and from /etc/timezone, which must agree. Both are set.
"""

import os
from typing import Dict, List

from .. import machine
from . import Item, Readings, read_each

LINK = "/etc/localtime"
NAME = "/etc/timezone"
ZONES = "/usr/share/zoneinfo/"
# Names for the same zone, by tz database's own backward file.
SAME = {"UTC": "Etc/UTC", "Etc/Universal": "Etc/UTC", "Etc/Zulu": "Etc/UTC", "Zulu": "Etc/UTC"}


def read(items: List[Item]) -> Readings:
    return read_each(items, _read_one)


def _read_one(item: Item) -> Dict[str, str]:
    """Another name for the wanted zone is the wanted zone."""
    zone = read_zone()
    return {"persistent": item["value"] if zone == _normal(item["value"]) else zone}


def write(changed: List[Item], wanted: List[Item]) -> None:
    for item in changed:
        if not machine.exists(ZONES + item["value"]):
            raise machine.Unreadable("this machine has no %s%s" % (ZONES, item["value"]))
        aside = machine.at(LINK) + ".podsys"
        if os.path.lexists(aside):
            os.unlink(aside)
        os.symlink(ZONES + item["value"], aside)
        os.rename(aside, machine.at(LINK))
        if machine.exists(NAME):
            machine.write_text(NAME, item["value"] + "\n")


def read_zone() -> str:
    """No link at all means UTC to the C library."""
    link = machine.at(LINK)
    if os.path.lexists(link) and not os.path.islink(link):
        raise machine.Unreadable("%s is a file, not a link: its zone has no name" % LINK)
    target = os.readlink(link) if os.path.islink(link) else ZONES + "Etc/UTC"
    zone = _normal(target.partition("zoneinfo/")[2])
    named = _normal((machine.read_text(NAME) or zone).strip())
    return zone if zone == named else "%s,%s" % (zone, named)


def _normal(zone: str) -> str:
    return SAME.get(zone, zone)
