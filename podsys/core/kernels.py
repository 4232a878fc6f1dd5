"""Which kernel a set of packages brings, by the name that `uname -r` will give."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The component of a release.
KERNEL = "kernel"
# Debian and Ubuntu carry it in the package's name, Red Hat's kin in its version.
IN_NAME = re.compile(r"linux-image-(?:unsigned-)?(\d\S*)")
IN_VERSION = frozenset({"kernel", "kernel-core"})


def find_kernel(packages: Iterable[tuple[str, str, str]]) -> str:
    """`packages` are name, version, architecture; empty when none of them is a kernel."""
    for name, version, arch in packages:
        found = IN_NAME.fullmatch(name)
        if found:
            return found[1]
        if name in IN_VERSION:
            return f"{version.rpartition(':')[2]}.{arch}"
    return ""
