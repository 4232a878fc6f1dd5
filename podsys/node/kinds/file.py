"""Whole files that podsys owns: content, mode and owner.

Read as `sha256:... 0644 root:root`. Written by Ansible's copy and template modules.
"""

import grp
import hashlib
import os
import pwd
import stat
from typing import List

from .. import machine
from . import Item, Readings, read_each


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: {"persistent": describe_file(item["key"])})


def describe_file(path: str) -> str:
    try:
        found = os.lstat(machine.at(path))
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    with open(machine.at(path), "rb") as file:
        digest = hashlib.sha256(file.read(machine.LARGEST_FILE + 1)).hexdigest()
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
