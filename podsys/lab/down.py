"""`lab down`: leaves nothing behind, whatever there was and whoever made it."""

from __future__ import annotations

import shutil
from pathlib import Path

from podsys.lab.bridge import remove_bridge
from podsys.lab.cables import remove_cables
from podsys.lab.cgroups import remove_groups
from podsys.lab.host import require_linux_root
from podsys.lab.host_limits import restore_limits
from podsys.lab.layout import Lab
from podsys.lab.locks import lock_lab
from podsys.lab.mounts import unmount_below
from podsys.lab.processes import kill_lab
from podsys.lab.proxy import keep_packages


def down(name: str = "", purge: bool = False) -> None:
    """Remove the lab; with `purge`, base images and package cache too."""
    require_linux_root()
    lab = Lab.named(name)
    with lock_lab(lab):
        kill_lab(lab)
        unmount_below(lab.dir)
        remove_cables(lab)
        remove_bridge(lab)
        remove_groups(lab.prefix)
        remove_traces(lab)
        keep_packages(lab)
        shutil.rmtree(lab.dir, ignore_errors=True)
        restore_limits(lab)
    if purge:
        purge_caches(lab)


def remove_traces(lab: Lab) -> None:
    """What systemd-nspawn leaves of containers that were killed."""
    for path in Path("/run/systemd/nspawn").glob(f"*/{lab.prefix}-*"):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def purge_caches(lab: Lab) -> None:
    """Remove images and packages, unless another lab still stands on them."""
    if not any((lab.state / "labs").glob("*")):
        unmount_below(lab.state / "images")
        for folder in ("images", "packages", "nvml", "labs"):
            shutil.rmtree(lab.state / folder, ignore_errors=True)
