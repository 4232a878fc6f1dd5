"""The disk that all virtual machines start from: Debian with its own kernel, GRUB and initramfs."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from podsys.lab.image import ensure_built, install_debian, put_files, read_files, remove_files
from podsys.lab.layout import Lab
from podsys.lab.shell import run
from podsys.lab.types import Report
from podsys.lab.vm.disk import make_disk

HERE = Path(__file__).parent
OVERLAY = HERE / "base"
RECIPE = HERE / "image.yaml"
MODULES = "usr/lib/grub/i386-pc"
CORE = "core.img"
# As update-grub writes it for one kernel; the first update-grub on a node writes it anew.
MENU = """\
set default="0"
set timeout=1
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
menuentry 'Debian GNU/Linux' $menuentry_id_option 'gnulinux-simple-{uuid}' {{
	search --no-floppy --fs-uuid --set=root {uuid}
	linux	/boot/vmlinuz-{kernel} root=UUID={uuid} ro console=ttyS0,115200
	initrd	/boot/initrd.img-{kernel}
}}
"""


def ensure_disk(lab: Lab, report: Report, packages: Sequence[str] = ()) -> Path:
    """The image's folder: the disk, and its kernel and initramfs once more, for `revive`."""

    def build(new: Path) -> None:
        report("Building the disk of virtual machines (once; about a minute)")
        build_disk(new, report, packages)

    return ensure_built(lab, name_disk(packages), build)


def name_disk(packages: Sequence[str] = ()) -> str:
    """Changes whenever anything that goes into the disk changes."""
    parts = [RECIPE.read_bytes(), *read_files(OVERLAY), " ".join(packages).encode()]
    digest = hashlib.sha256(b"".join([*parts, MENU.encode()])).hexdigest()
    return f"vm-{load_recipe()['suite']}-{digest[:12]}"


def load_recipe() -> dict[str, Any]:
    recipe: dict[str, Any] = yaml.safe_load(RECIPE.read_text())
    return recipe


def build_disk(folder: Path, report: Report, packages: Sequence[str]) -> None:
    recipe = load_recipe()
    recipe["packages"] = [*recipe["packages"], *packages]
    root, own_uuid = folder / "root", str(uuid.uuid4())
    install_debian(root, recipe, report)
    put_files(root, OVERLAY)
    run(["chroot", root, "systemctl", "mask", *recipe["masked"]])
    run(["chroot", root, "systemctl", "enable", *recipe["enabled"]])
    kernel = next((root / "boot").glob("vmlinuz-*")).name.removeprefix("vmlinuz-")
    run(["chroot", root, "update-initramfs", "-u", "-k", kernel], timeout=300)
    run(["chroot", root, "apt-cache", "gencaches"])
    install_grub(root, recipe["grub_core"], own_uuid, kernel)
    remove_files(root, recipe["removed"])
    (root / "etc/machine-id").write_text("")
    for name in ("vmlinuz", "initrd.img"):
        shutil.copyfile(root / f"boot/{name}-{kernel}", folder / name)
    make_disk(folder / "disk.raw", root, root / MODULES / "boot.img", root / CORE, own_uuid)
    shutil.rmtree(root)


def install_grub(root: Path, core: Sequence[str], own_uuid: str, kernel: str) -> None:
    """What grub-install does, without a disk to do it to yet: make_disk writes the core there."""
    prefix = "(hd0,msdos1)/boot/grub"
    words = ["grub-mkimage", "-O", "i386-pc", "-p", prefix, "-o", f"/{CORE}"]
    run(["chroot", root, *words, *core])
    grub = root / "boot/grub"
    shutil.copytree(root / MODULES, grub / "i386-pc")
    run(["chroot", root, "grub-editenv", "/boot/grub/grubenv", "create"])
    (grub / "grub.cfg").write_text(MENU.format(uuid=own_uuid, kernel=kernel))
