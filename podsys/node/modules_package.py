"""What goes into a package of kernel modules: its files, and what it says of itself."""

import glob
import os
import re
import shutil
from typing import Any, Dict, List, Tuple

from . import machine

Request = Dict[str, Any]
# Beside updates/dkms, and like that before the kernel's own.
PLACE = "lib/modules/%s/updates/podsys"
DEPMOD = "#!/bin/sh\nset -e\n[ ! -d /lib/modules/%s ] || depmod %s\n"
CONTROL = """\
Package: %(name)s
Version: %(version)s
Architecture: %(arch)s
Maintainer: podsys <root@localhost>
Installed-Size: %(size)d
Depends: %(depends)s
Provides: %(provides)s
Conflicts: %(sources)s
Replaces: %(sources)s
Section: kernel
Priority: optional
Description: kernel modules of %(sources)s for %(kernel)s
 Built by podsys, once for all nodes, from %(sources)s %(sources_version)s.
"""


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


def write_tree(folder: str, request: Request, sources: Sources, modules: List[str]) -> None:
    """A folder for dpkg-deb to pack."""
    place = os.path.join(folder, PLACE % request["kernel"])
    os.makedirs(place)
    for module in modules:
        shutil.copy(module, place)
        os.chmod(os.path.join(place, os.path.basename(module)), 0o644)
    size = sum(os.path.getsize(module) for module in modules) // 1024 + 1
    os.makedirs(folder + "/DEBIAN")
    with open(folder + "/DEBIAN/control", "w") as file:
        file.write(describe(request, sources, size))
    for script in ("postinst", "postrm"):
        path = "%s/DEBIAN/%s" % (folder, script)
        with open(path, "w") as file:
            file.write(DEPMOD % (request["kernel"], request["kernel"]))
        os.chmod(path, 0o755)


def describe(request: Request, sources: Sources, size: int) -> str:
    """It provides what its sources do once they are built, and needs what they need for running."""
    needs = [part for part in sources.says("Depends") if not needs_dkms(part)]
    fields = dict(request, size=size)
    fields["depends"] = ", ".join(["kmod"] + request["depends"] + needs)
    fields["provides"] = ", ".join(sources.says("Provides"))
    text = CONTROL % fields
    return text.replace("Provides: \n", "")


def needs_dkms(dependency: str) -> bool:
    """`dkms (>= 2.1) | other`: what only building takes"""
    names = [choice.strip().split(" ")[0].split(":")[0] for choice in dependency.split("|")]
    return "dkms" in names
