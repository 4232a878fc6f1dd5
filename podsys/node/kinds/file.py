"""Whole files that podsys owns: content, mode and owner.

Read as `sha256:... 0644 root:root`. Written with params.content, mode, owner and group, from
which the value follows; by hand, Ansible's copy and template modules do the same.
"""

import grp
import os
import pwd
import stat
from typing import Dict, List

from .. import machine
from ..digest import sha256_of
from . import Item, Readings, read_each, write_each

# Others read them: services when they start, packages when they are installed.
ORDER = 2


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: {"persistent": describe_file(item["key"])})


def complete(item: Item) -> Item:
    """What must be read follows from what is written."""
    params = item["params"]
    if "content" not in params:
        return item
    digest = sha256_of(params["content"].encode())
    value = "sha256:%s %s %s:%s" % (digest, params["mode"], params["owner"], params["group"])
    return dict(item, value=value)


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_each(changed, _write_one)


def _write_one(item: Item) -> None:
    write_owned(item["key"], item["params"]["content"], item["params"])


def write_owned(path: str, text: str, params: Dict[str, str]) -> None:
    """Only what differs: the same content stays as it lies there."""
    owner = pwd.getpwnam(params["owner"]).pw_uid, grp.getgrnam(params["group"]).gr_gid
    mode, digest = int(params["mode"], 8), "sha256:%s " % sha256_of(text.encode())
    if describe_file(path).startswith(digest):
        os.chmod(machine.at(path), mode)
        os.chown(machine.at(path), *owner)
    else:
        machine.write_text(path, text, mode, owner)


def describe_file(path: str) -> str:
    try:
        found = os.lstat(machine.at(path))
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    with open(machine.at(path), "rb") as file:
        digest = sha256_of(file.read(machine.LARGEST_FILE + 1))
    mode = "%04o" % stat.S_IMODE(found.st_mode)
    return "sha256:%s %s %s:%s" % (digest, mode, _user(found.st_uid), _group(found.st_gid))


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
