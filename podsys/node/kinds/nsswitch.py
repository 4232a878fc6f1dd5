"""Where names are looked up, by database: `hosts` = `files dns`.

Read from and written to /etc/nsswitch.conf; other lines stay.
"""

from typing import Dict, List

from .. import machine
from . import Item, Readings, read_each

FILE = "/etc/nsswitch.conf"


def read(items: List[Item]) -> Readings:
    text = machine.read_text(FILE)
    if text is None:
        return {item["id"]: {"absent": "this machine has no %s" % FILE} for item in items}
    values = parse(text)
    return read_each(items, lambda item: {"persistent": values.get(item["key"], "unset")})


def write(changed: List[Item], wanted: List[Item]) -> None:
    text = machine.read_text(FILE) or ""
    new = {i["key"]: "%-16s%s" % (i["key"] + ":", i["value"]) for i in changed}
    lines = []
    for line in text.splitlines():
        # A database named twice gets the same line twice: the last one counts.
        lines.append(new.get(line.partition(":")[0].strip(), line))
    lines += sorted(line for line in new.values() if line not in lines)
    machine.write_text(FILE, "\n".join(lines) + "\n")


def parse(text: str) -> Dict[str, str]:
    values = {}
    for line in text.splitlines():
        name, separator, rest = line.split("#")[0].partition(":")
        if separator:
            values[name.strip()] = " ".join(rest.split())
    return values
