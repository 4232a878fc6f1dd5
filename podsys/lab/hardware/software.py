"""What the programs of an NVIDIA driver read, which the lab puts into a node in their place.

The library answers from `nvml`, under the name of CUDA's too, where it gives contexts and computes
nothing; fabric manager says that it is of the version in `fabric_manager`, and runs only with a
driver of the same one.
"""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.sysfs import State, line
from podsys.lab.image import put_files
from podsys.lab.nvml_build import LIBRARY, ensure_nvml_library

FOLDER = "/run/podsys-lab"
HERE = Path(__file__).parent
CUDA = "libcuda.so.1"
WANTED = "etc/systemd/system/multi-user.target.wants"


def software_files(state: State) -> Files:
    files: dict[str, Entry] = {}
    if state["driver"]["vendor"] == "nvidia":
        files[f"{FOLDER}/nvml"] = nvml_view(state).encode()
    if state["fabric_manager"]["version"]:
        files[f"{FOLDER}/fabric_manager"] = line(state["fabric_manager"]["version"])
    return files


def install_software(root: Path, state: State) -> None:
    """Into the node's own layer, what its platform's packages would bring."""
    if state["driver"]["vendor"] == "nvidia":
        folder = root / f"usr/lib/{platform.machine()}-linux-gnu"
        folder.mkdir(parents=True, exist_ok=True)
        for name in (LIBRARY, CUDA):
            shutil.copy2(ensure_nvml_library(), folder / name)
        install_service(root, "persistenced", "nvidia-persistenced.service")
    if state["fabric_manager"]["version"]:
        install_service(root, "fabric-manager", "nvidia-fabricmanager.service")


def install_service(root: Path, overlay: str, unit: str) -> None:
    """Its files, and the link that starts it at boot."""
    put_files(root, HERE / overlay)
    link = root / WANTED / unit
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(f"/usr/lib/systemd/system/{unit}")
