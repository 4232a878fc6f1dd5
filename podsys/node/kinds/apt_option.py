"""Options of apt, written as apt-config prints them: `APT::Periodic::Unattended-Upgrade`.

Read from apt-config dump, which merges all files. Written to /etc/apt/apt.conf.d/zz-podsys.
"""

import os
from typing import Dict, List

from .. import machine
from ..dropin import write_lines
from . import Item, Readings, read_each

FILE = "/etc/apt/apt.conf.d/zz-podsys"
# Where this is given, apt-config does not start dpkg to ask for it.
ARCHITECTURES = "APT::Architectures=%s" % os.uname().machine
OWN = (FILE,)


def read(items: List[Item]) -> Readings:
    if machine.find_command("apt-config") is None:
        return {item["id"]: {"absent": "this machine has no apt"} for item in items}
    values = parse_dump(machine.ask(["apt-config", "-o", ARCHITECTURES, "dump"]))
    return read_each(items, lambda item: {"persistent": values.get(item["key"].lower(), "unset")})


def write(changed: List[Item], wanted: List[Item]) -> None:
    lines = ['%s "%s";' % (item["key"], item["value"]) for item in wanted]
    write_lines(FILE, lines, comment="//")


def parse_dump(text: str) -> Dict[str, str]:
    """Names in lower case: apt does not tell them apart."""
    values = {}
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        if rest.startswith('"') and rest.endswith('";'):
            values[name.lower()] = rest[1:-2]
    return values
