"""Packages that podsys built, as apt finds them: `=VERSION`.

Their files lie in a folder of this machine, /var/lib/podsys/packages, which apt reads as it reads
an archive. Read from the folder's index, and from the file that the index names; written by
making the index anew and telling apt of it.
"""

import hashlib
from typing import Dict, Iterator, List, Tuple

from .. import machine
from . import Item, Readings, read_each

FOLDER = "/var/lib/podsys/packages"
INDEX = FOLDER + "/Packages"
LIST = "/etc/apt/sources.list.d/podsys-packages.list"
# What lies here came over the connection that podsys trusts, and only root can write to it.
LINE = "deb [trusted=yes] file:%s ./\n" % FOLDER
LIMIT_S = 120


def read(items: List[Item]) -> Readings:
    known = {found["Package"]: found for found in parse_index(machine.read_text(INDEX) or "")}
    return read_each(items, lambda item: {"live": _describe(known.get(item["key"], {}))})


def write(changed: List[Item], wanted: List[Item]) -> None:
    names = sorted(n for n in machine.list_folder(FOLDER) if n.endswith(".deb"))
    machine.write_text(INDEX, "\n".join(describe_file(FOLDER + "/" + name) for name in names))
    machine.write_text(LIST, LINE)
    only = ["-o", "Dir::Etc::sourcelist=" + machine.at(LIST), "-o", "Dir::Etc::sourceparts=-"]
    machine.ask(["apt-get", "-q", "update", "-o", "APT::Get::List-Cleanup=0"] + only, LIMIT_S)


def parse_index(text: str) -> Iterator[Dict[str, str]]:
    for block in text.split("\n\n"):
        pairs = [line.partition(": ") for line in block.splitlines() if line[:1] not in ("", " ")]
        found = {name: value for name, _, value in pairs}
        if {"Package", "Version", "Filename", "SHA256"} <= set(found):
            yield found


def describe_file(path: str) -> str:
    """Its entry of the index: what the package says of itself, and what it is as a file."""
    said = machine.ask(["dpkg-deb", "--field", machine.at(path)], LIMIT_S).strip()
    size, digest = measure(path)
    name = path.rpartition("/")[2]
    return "%s\nFilename: ./%s\nSize: %d\nSHA256: %s\n" % (said, name, size, digest)


def measure(path: str) -> Tuple[int, str]:
    """Size in bytes and sha256."""
    digest, size = hashlib.sha256(), 0
    with open(machine.at(path), "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
            size += len(part)
    return size, digest.hexdigest()


def _describe(known: Dict[str, str]) -> str:
    """An entry whose file is another one by now is of no use to apt."""
    if not known:
        return "missing"
    path = FOLDER + "/" + known["Filename"]
    if not machine.exists(path) or measure(path)[1] != known["SHA256"]:
        return "outdated"
    return "=" + known["Version"]
