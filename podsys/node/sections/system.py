"""Which machine this is, and which system it runs."""

import os
from typing import Any, Dict

from .. import machine
from ..systemd import show_manager
from ..words import split_words

FAMILIES = {
    "debian": ("debian", "ubuntu"),
    "rhel": ("rhel", "fedora", "centos", "rocky", "almalinux"),
}
# What firmware says when nobody filled it in.
UNFILLED = ("", "none", "not specified", "to be filled by o.e.m.", "default string", "0")


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
        "boot_id": (machine.read_text("/proc/sys/kernel/random/boot_id") or "").strip(),
        "machine_id": (machine.read_text("/etc/machine-id") or "").strip(),
        "serial": _read_dmi("product_serial"),
        "vendor": _read_dmi("sys_vendor"),
        "product": _read_dmi("product_name"),
        "virtual": kind != "none",
        "virtualization": kind,
        "uptime_s": float((machine.read_text("/proc/uptime") or "0").split()[0]),
    }


def read_os_release() -> Dict[str, str]:
    text = machine.read_text("/etc/os-release") or machine.read_text("/usr/lib/os-release") or ""
    found = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name.strip()] = _unquote(value.strip())
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
        return show_manager()["Virtualization"] or "none"
    except (machine.Unreadable, KeyError):  # another init: its tool says `none` and exits with 1
        return machine.run(["systemd-detect-virt"]).out.strip() or "none"


def _read_dmi(name: str) -> str:
    """Serial numbers are for root's eyes only, and some machines have no such table at all."""
    try:
        value = (machine.read_text("/sys/class/dmi/id/" + name) or "").strip()
    except machine.Unreadable:
        return ""
    return "" if value.lower() in UNFILLED else value
