"""Options of apt, written as apt-config prints them: `APT::Periodic::Unattended-Upgrade`.

Read from apt-config dump, which merges all files; but where apt reads podsys's own file last and
that file has every option asked for, it decides alone, and no tool needs to be started. Written
to /etc/apt/apt.conf.d/zz-podsys.
"""

import os
from typing import Dict, List

from .. import machine
from ..dropin import write_lines
from . import Item, Readings, read_each

FOLDER = "/etc/apt/apt.conf.d"
FILE = FOLDER + "/zz-podsys"
# Read after the folder's files, unless one of them names another.
MAIN = "/etc/apt/apt.conf"
# Where this is given, apt-config does not start dpkg to ask for it.
ARCHITECTURES = "APT::Architectures=%s" % os.uname().machine
OWN = (FILE,)


def read(items: List[Item]) -> Readings:
    if machine.find_command("apt-config") is None:
        return {item["id"]: {"absent": "this machine has no apt"} for item in items}
    values = read_own()
    if any(item["key"].lower() not in values for item in items):
        values = parse_dump(machine.ask(["apt-config", "-o", ARCHITECTURES, "dump"]))
    return read_each(items, lambda item: {"persistent": values.get(item["key"].lower(), "unset")})


def write(changed: List[Item], wanted: List[Item]) -> None:
    lines = ['%s "%s";' % (item["key"], item["value"]) for item in wanted]
    write_lines(FILE, lines, comment="//")


def read_own() -> Dict[str, str]:
    """What podsys's own file says; nothing where apt may read another one after it."""
    paths = ["%s/%s" % (FOLDER, name) for name in machine.list_folder(FOLDER)]
    if paths[-1:] != [FILE] or machine.exists(MAIN):
        return {}
    texts = [machine.read_text(path) or "" for path in paths]
    names_another = any("etc" in text.lower() and "main" in text.lower() for text in texts)
    return {} if names_another else parse_dump(texts[-1])


def parse_dump(text: str) -> Dict[str, str]:
    """Names in lower case: apt does not tell them apart."""
    values = {}
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        if rest.startswith('"') and rest.endswith('";'):
            values[name.lower()] = rest[1:-2]
    return values
