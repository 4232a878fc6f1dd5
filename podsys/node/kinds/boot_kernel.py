"""The kernel that runs, and the one that will boot.

Read live from the kernel itself, and for the next boot from GRUB's default entry (Debian family) or
from grubby (RHEL family); others that are installed beside it are named. Chosen by GRUB_DEFAULT in
/etc/default/grub.d/zz-podsys-kernel.cfg with update-grub, or by grubby. A kernel without its
initramfs does not count as one that will boot; it is packed anew.
"""

from typing import Dict, List, Set

from .. import grub, machine
from . import Item, Readings, read_each

FILE = "/etc/default/grub.d/zz-podsys-kernel.cfg"
# What counts is what update-grub makes of it, and that is read back: it carries no digest.
TEXT = '# Managed by podsys: the kernel of the release boots.\nGRUB_DEFAULT="%s"\n'
RUNNING = "/proc/sys/kernel/osrelease"
PREFIX = "vmlinuz-"
LIMIT_S = 600


def read(items: List[Item]) -> Readings:
    live = (machine.read_text(RUNNING) or "").strip()
    return read_each(items, lambda item: _describe(item["value"], live))


def write(changed: List[Item], wanted: List[Item]) -> None:
    for item in changed:
        version = item["value"]
        if not machine.exists("/boot/" + PREFIX + version):
            raise machine.Unreadable("kernel %s is not in /boot: is it installed?" % version)
        if not _has_initramfs(version):
            _pack_initramfs(version)
        if machine.find_command("grubby"):
            machine.ask(["grubby", "--set-default=/boot/" + PREFIX + version], 120)
        else:
            _choose(version)


def _choose(version: str) -> None:
    """By the entry's id, which stays when kernels come and go beside it."""
    entries = [one for one in grub.read_entries() if one.version == version]
    if not entries:
        machine.ask(["update-grub"], LIMIT_S)
        entries = [one for one in grub.read_entries() if one.version == version]
    # The outermost entry is whatever is newest; those of the submenu keep their names.
    paths = sorted((one.path for one in entries), key=len)
    named = [path for path in paths if len(path) > 1] or paths
    if not named:
        raise machine.Unreadable("%s has no entry for kernel %s" % (grub.CONFIG, version))
    machine.write_text(FILE, TEXT % ">".join(named[0]))
    machine.ask(["update-grub"], LIMIT_S)


def _describe(wanted: str, live: str) -> Dict[str, str]:
    version = _read_next()
    found = version if _has_initramfs(version) else "%s without its initramfs" % version
    beside = sorted(_list_kernels() - {wanted, live, version})
    reading = {"live": live or "unknown", "persistent": found}
    if beside:
        reading["note"] = "installed beside: %s" % ", ".join(beside)
    return reading


def _read_next() -> str:
    if machine.find_command("grubby"):
        return machine.ask(["grubby", "--default-kernel"]).strip().rpartition(PREFIX)[2]
    entry = grub.read_default()
    if entry is None or not entry.version:
        raise machine.Unreadable("%s does not say which kernel boots" % grub.CONFIG)
    return entry.version


def _list_kernels() -> Set[str]:
    """Versions begin with a number; rescue kernels and old links do not."""
    names = [name[len(PREFIX) :] for name in machine.list_folder("/boot") if PREFIX in name[:8]]
    return {name for name in names if name[:1].isdigit()}


def _has_initramfs(version: str) -> bool:
    names = ("/boot/initrd.img-%s" % version, "/boot/initramfs-%s.img" % version)
    return any(machine.exists(name) for name in names)


def _pack_initramfs(version: str) -> None:
    if machine.find_command("update-initramfs"):
        machine.ask(["update-initramfs", "-c", "-k", version], LIMIT_S)
    else:
        machine.ask(["dracut", "--force", "/boot/initramfs-%s.img" % version, version], LIMIT_S)
