"""Kernel modules built from a package of sources for DKMS."""

import glob
import os
import re
import shutil
from typing import Any, Dict, List, Tuple

from . import machine
from .build_log import Failed, Log
from .kinds.package_origin import measure

APT_LIMIT_S = 900
MAKE_LIMIT_S = 2400
# Beside updates/dkms, and like that before the kernel's own.
PLACE = "lib/modules/%s/updates/podsys"
Request = Dict[str, Any]


class Sources:
    """A package for DKMS and the folder that its sources were unpacked to."""

    def __init__(self, file: str, folder: str) -> None:
        self.file = file
        self.folder = folder

    @property
    def module(self) -> Tuple[str, str]:
        """Name and version by which DKMS knows them."""
        (file,) = glob.glob(self.folder + "/*/dkms.conf")
        with open(file) as conf:
            text = conf.read()
        found = dict(re.findall(r'^(PACKAGE_NAME|PACKAGE_VERSION)="?([^"\s]+)', text, re.M))
        return found["PACKAGE_NAME"], found["PACKAGE_VERSION"]

    def says(self, field: str) -> List[str]:
        """Parts of a field with commas, such as Depends."""
        text = machine.ask(["dpkg-deb", "--field", self.file, field]).strip()
        return [part.strip() for part in text.split(",") if part.strip()]


def fill(request: Request, work: str, log: Log) -> Dict[str, str]:
    """It provides what its sources do once they are built, and needs what they need for running."""
    sources = fetch_sources(request["sources"], work, log)
    place = os.path.join(work, "package", PLACE % request["kernel"])
    os.makedirs(place)
    for module in build_modules(request["kernel"], sources, work, log):
        shutil.copy(module, place)
        os.chmod(os.path.join(place, os.path.basename(module)), 0o644)
    name, version = request["sources"]["package"], request["sources"]["version"]
    return {
        "Depends": ", ".join(part for part in sources.says("Depends") if not needs_dkms(part)),
        "Provides": ", ".join(sources.says("Provides")),
        "Conflicts": name,
        "Replaces": name,
        "Description": "kernel modules of %s for %s\n"
        " Built by podsys, once for all nodes, from %s %s."
        % (name, request["kernel"], name, version),
    }


def fetch_sources(asked: Dict[str, str], work: str, log: Log) -> Sources:
    pin = "%s=%s" % (asked["package"], asked["version"])
    log.do("%s cannot be fetched" % pin, ["apt-get", "-q", "download", pin], APT_LIMIT_S, work)
    (file,) = glob.glob("%s/%s_*.deb" % (work, asked["package"]))
    root = machine.at("/").rstrip("/")
    found = measure(file[len(root) :])[1]
    if found != asked["sha256"]:
        raise Failed("%s has sha256 %s, the lock has %s" % (pin, found, asked["sha256"]))
    log.do("%s is damaged" % pin, ["dpkg-deb", "-x", file, work + "/sources"], APT_LIMIT_S)
    return Sources(file, work + "/sources/usr/src")


def build_modules(kernel: str, sources: Sources, work: str, log: Log) -> List[str]:
    """The paths of the modules."""
    name, version = sources.module
    tree = work + "/dkms"
    os.makedirs(tree)
    words = ["dkms", "build", "-m", name, "-v", version, "-k", kernel]
    words += ["--dkmstree", tree, "--sourcetree", sources.folder]
    what = "%s %s cannot be built for %s" % (name, version, kernel)
    try:
        log.do(what, words, MAKE_LIMIT_S)
    except Failed:
        for file in sorted(glob.glob(tree + "/*/*/build/make.log")):
            log.add(file)
        raise
    made = sorted(glob.glob("%s/%s/%s/%s/*/module/*.ko*" % (tree, name, version, kernel)))
    if not made:
        raise Failed(what + ": dkms left no module")
    return made


def needs_dkms(dependency: str) -> bool:
    """`dkms (>= 2.1) | other`: what only building takes"""
    names = [choice.strip().split(" ")[0].split(":")[0] for choice in dependency.split("|")]
    return "dkms" in names
