"""The driver that real packages have put on an emulated node's disk.

Its libraries are that driver's from then on, and the next boot loads its modules: as on a server.
Between two boots a small program of the node tells the library (base/usr/lib/podsys-lab/driver).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

State = dict[str, Any]
# Where Debian keeps the driver's libraries, of which each carries its version.
PLACE, NAME = "usr/lib/*-linux-gnu/nvidia/current", "libnvidia-ml.so."


def find_installed(root: Path) -> str:
    """535.261.03; empty where no package brought a driver."""
    found = sorted(path.name for path in root.glob(f"{PLACE}/{NAME}*.*"))
    return found[-1].removeprefix(NAME) if found else ""


def follow_packages(state: State, root: Path) -> State:
    """The state with the driver on disk, where that is NVIDIA's and there is one."""
    version = find_installed(root) if state["driver"]["vendor"] == "nvidia" else ""
    if not version:
        return state
    driver = {**state["driver"], "installed_version": version, "library_version": version}
    return {**state, "driver": driver}
