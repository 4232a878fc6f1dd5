"""The base image that all nodes of all labs share: built once, never changed."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from podsys.errors import PodsysError
from podsys.lab.files import read_or
from podsys.lab.knobs import list_for_node
from podsys.lab.layout import Lab
from podsys.lab.locks import lock_file
from podsys.lab.mounts import unmount_below
from podsys.lab.shell import follow, run
from podsys.lab.types import Report

HERE = Path(__file__).parent
OVERLAY = HERE / "base"
RECIPE = HERE / "base.yaml"
# What an image for nodes with emulated hardware has on top.
HARDWARE_OVERLAY = HERE / "hardware" / "base"
HARDWARE_RECIPE = HERE / "hardware" / "image.yaml"
PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
DAY = 86400


def ensure_image(
    lab: Lab, report: Report, packages: Sequence[str] = (), hardware: bool = False
) -> Path:
    """The base image's folder; built first if there is none of this recipe and these packages."""

    def build(new: Path) -> None:
        report("Building the base image (once; about half a minute)")
        build_image(new, report, packages, hardware)

    return ensure_built(lab, name_image(packages, hardware), build)


def ensure_built(lab: Lab, name: str, build: Callable[[Path], None]) -> Path:
    """The folder of that name among the images; `build` fills it if it is not there yet."""
    images = lab.state / "images"
    image = images / name
    if image.exists():
        return image
    images.mkdir(parents=True, exist_ok=True)
    with lock_file(images / ".lock"):
        if not image.exists():
            remove_unfinished(images)
            new = Path(tempfile.mkdtemp(prefix=".new-", dir=images))
            new.chmod(0o755)
            build(new)
            new.rename(image)
            remove_unused(lab, image)
    return image


def name_image(packages: Sequence[str] = (), hardware: bool = False) -> str:
    """Changes whenever anything that goes into the image changes."""
    parts = [RECIPE.read_bytes(), *read_files(OVERLAY)]
    parts += [repr(sorted(list_for_node().items())).encode(), " ".join(packages).encode()]
    if hardware:
        parts += [HARDWARE_RECIPE.read_bytes(), *read_files(HARDWARE_OVERLAY)]
    recipe = load_recipe()
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    return f"{recipe['suite']}-{platform.machine()}-{digest[:12]}"


def read_files(folder: Path) -> Iterator[bytes]:
    """Name and content of every file of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)).encode() + path.read_bytes()


def tidy_packages(names: Sequence[str]) -> tuple[str, ...]:
    """Sorted and each once: the same packages, however written, are the same image."""
    wrong = sorted(name for name in names if not PACKAGE.fullmatch(name))
    if wrong:
        raise PodsysError(
            f"Not names of Debian packages: {' '.join(wrong)}.",
            'Separate names by spaces: --packages "iperf3 chrony".',
        )
    return tuple(sorted(set(names)))


def load_recipe(hardware: bool = False) -> dict[str, Any]:
    recipe: dict[str, Any] = yaml.safe_load(RECIPE.read_text())
    more: dict[str, list[str]] = yaml.safe_load(HARDWARE_RECIPE.read_text()) if hardware else {}
    return recipe | {key: [*recipe[key], *words] for key, words in more.items()}


def remove_unfinished(images: Path) -> None:
    """What builds that were killed left behind. The caller holds the lock."""
    unmount_below(images)
    for path in images.glob(".new-*"):
        shutil.rmtree(path, ignore_errors=True)


def remove_unused(lab: Lab, newest: Path) -> None:
    """Images of earlier recipes that no node stands on. One of today may be about to be used."""
    marks = (lab.state / "labs").glob("*/nodes/*/ready")
    used = {newest, *(Path(read_or(mark).strip()) for mark in marks)}
    for path in newest.parent.glob("[!.]*"):
        if path not in used and time.time() - path.stat().st_mtime > DAY:
            shutil.rmtree(path, ignore_errors=True)


def build_image(root: Path, report: Report, packages: Sequence[str], hardware: bool) -> None:
    recipe = load_recipe(hardware)
    recipe["packages"] = [*recipe["packages"], *packages]
    install_debian(root, recipe, report)
    for overlay in (OVERLAY, HARDWARE_OVERLAY) if hardware else (OVERLAY,):
        put_files(root, overlay)
    for name, text in list_for_node().items():
        (root / "usr/lib/podsys-lab" / name).write_text(text)
    run(["chroot", root, "systemctl", "mask", *recipe["masked"]])
    run(["chroot", root, "systemctl", "enable", *recipe["enabled"]])
    divert_files(root, recipe["diverted"])
    run(["chroot", root, "update-grub"])
    run(["chroot", root, "apt-cache", "gencaches"])
    remove_files(root, recipe["removed"])
    (root / "etc/machine-id").write_text("")


def install_debian(root: Path, recipe: dict[str, Any], report: Report) -> None:
    """Install the packages, keeping apt's lists so that nodes can install at once.

    A builder that loses its parent dies with all its children, and its mounts with them: nothing
    goes on writing into a folder that the next build throws away.
    """
    guard = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
    ]
    options = [
        "--mode=root",
        "--variant=minbase",
        "--format=directory",
        f"--components={','.join(recipe['components'])}",
        f"--include={','.join(recipe['packages'])}",
        '--aptopt=Acquire::Languages "none"',
        "--skip=cleanup/apt/lists",
    ]
    follow([*guard, "mmdebstrap", *options, recipe["suite"], root], report)


def put_files(root: Path, overlay: Path) -> None:
    """Lay the lab's own files over the installed system; scripts become programs."""
    for path in overlay.rglob("*"):
        if path.is_file():
            target = root / path.relative_to(overlay)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            target.chmod(0o755 if path.read_bytes().startswith(b"#!") else 0o644)


def divert_files(root: Path, paths: list[str]) -> None:
    """dpkg puts such a file beside its place, whichever package brings it."""
    for path in paths:
        words = ["--local", "--no-rename", "--divert", f"{path}.distrib", "--add", path]
        run(["chroot", root, "dpkg-divert", "--quiet", *words])


def remove_files(root: Path, patterns: list[str]) -> None:
    for pattern in patterns:
        for path in root.glob(pattern):
            path.unlink()
