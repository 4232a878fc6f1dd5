"""A part built from its sources, as a recipe says: podsys/model/recipe.py knows its words."""

import glob
import os
import re
from typing import Any, Dict, List

from . import machine
from .build_log import Failed, Log
from .built_package import list_files
from .kinds.package_origin import measure

# Where the admin node puts the sources.
ARRIVAL = "/var/cache/podsys/build"
UNPACK_LIMIT_S = 300
SCRIPT_LIMIT_S = 2400
ELF = b"\x7fELF"
Request = Dict[str, Any]


def fill(request: Request, work: str, log: Log) -> Dict[str, str]:
    asked = request["sources"]
    what = "%s cannot be built" % request["name"]
    for tool in asked["tools"]:
        if not machine.exists(tool):
            raise Failed("%s: there is no %s on this machine" % (what, tool))
    folder = unpack(asked, work, log)
    tree = work + "/package"
    environment = dict(asked["environment"], DESTDIR=tree, KERNEL=request["kernel"])
    environment["JOBS"] = str(os.cpu_count() or 1)
    log.do(what, ["sh", "-euc", asked["script"]], SCRIPT_LIMIT_S, folder, environment)
    for path in asked["makes"]:
        if not glob.glob(tree + path):
            raise Failed("%s: its recipe made no %s" % (what, path))
    refuse_lacking(what, tree, asked["lent"])
    said = " Built by podsys, once for all nodes, from %s %s."
    source = said % (asked["url"], asked["commit"] or asked["sha256"])
    return {"Description": "%s\n%s" % (asked["title"], source)}


def unpack(asked: Dict[str, str], work: str, log: Log) -> str:
    """The folder of the sources: the one at the top, where all of them are below one."""
    file = "%s/%s.tar" % (ARRIVAL, asked["sha256"])
    found = measure(file)[1]
    if found != asked["sha256"]:
        raise Failed("sources of %s came damaged: sha256 %s" % (asked["component"], found))
    folder = work + "/sources"
    os.makedirs(folder)
    words = ["tar", "-x", "--no-same-owner", "-f", machine.at(file), "-C", folder]
    log.do("sources of %s cannot be unpacked" % asked["component"], words, UNPACK_LIMIT_S)
    os.unlink(machine.at(file))
    inside = os.listdir(folder)
    alone = os.path.join(folder, inside[0]) if len(inside) == 1 else folder
    return alone if os.path.isdir(alone) else folder


def refuse_lacking(what: str, tree: str, lent: List[str]) -> None:
    """A program that does not find its libraries here would find them nowhere."""
    for path in list_files(tree):
        if is_program(path):
            missing = [name for name in find_lacking(path) if name not in lent]
            if missing:
                raise Failed("%s: %s lacks %s" % (what, path[len(tree) :], ", ".join(missing)))


def is_program(path: str) -> bool:
    """Not a kernel module, which has no libraries."""
    if os.path.islink(path) or ".ko" in os.path.basename(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == ELF


def find_lacking(path: str) -> List[str]:
    """From lines of ldd such as `libnccl.so.2 => not found`"""
    return re.findall(r"^\s*(\S+) => not found", machine.run(["ldd", path]).out, re.M)
