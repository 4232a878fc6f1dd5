"""Which machine this is, and which system it runs."""

import os
from typing import Any, Dict

from .. import machine
from ..dmi import read_dmi
from ..sysfs import read_uptime, read_word
from ..systemd import show_manager
from ..values import word
from ..words import split_words

FAMILIES = {
    "debian": ("debian", "ubuntu"),
    "rhel": ("rhel", "fedora", "centos", "rocky", "almalinux"),
}


def read() -> Dict[str, Any]:
    release = read_os_release()
    kernel = os.uname()
    kind = read_virtualization()
    return {
        "hostname": kernel.nodename,
        "os": release.get("ID", ""),
        "os_version": release.get("VERSION_ID", ""),
        "os_family": find_family(release),
        "kernel": kernel.release,
        "arch": kernel.machine,
        "boot_id": read_word("/proc/sys/kernel/random/boot_id"),
        "machine_id": read_word("/etc/machine-id"),
        "serial": read_dmi("product_serial"),
        "vendor": read_dmi("sys_vendor"),
        "product": read_dmi("product_name"),
        "virtual": kind != "none",
        "virtualization": kind,
        "uptime_s": read_uptime(),
    }


def read_os_release() -> Dict[str, str]:
    text = machine.read_text("/etc/os-release") or machine.read_text("/usr/lib/os-release") or ""
    found = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name.strip()] = word(_unquote(value.strip()))
    return found


def _unquote(value: str) -> str:
    try:
        return "".join(split_words(value)[:1])
    except ValueError:
        return value


def find_family(release: Dict[str, str]) -> str:
    names = [release.get("ID", "")] + release.get("ID_LIKE", "").split()
    for family, members in FAMILIES.items():
        if any(name in members for name in names):
            return family
    return names[0]


def read_virtualization() -> str:
    """As systemd says, whose word for bare metal is an empty one."""
    try:
        return word(show_manager()["Virtualization"]) or "none"
    except (machine.Unreadable, KeyError):  # another init: its tool says `none` and exits with 1
        return word(machine.run(["systemd-detect-virt"]).out) or "none"
