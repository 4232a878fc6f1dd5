"""Whether this machine can run a lab, and what to do when it cannot."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from podsys.errors import PodsysError
from podsys.lab.shell import SYSTEM_PATH, run
from podsys.lab.types import Report

# Tool -> the Debian package that brings it.
TOOLS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "apt-cacher-ng": "apt-cacher-ng",
    "ip": "iproute2",
    "tc": "iproute2",
    "nsenter": "util-linux",
    "mount": "mount",
    "sysctl": "procps",
    "ssh-keygen": "openssh-client",
}
# The same for labs of virtual machines.
VM_TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mke2fs": "e2fsprogs",
    "sfdisk": "fdisk",
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
POLICY = Path("/usr/sbin/policy-rc.d")


def require_linux_root() -> None:
    """Stop where the lab cannot work at all."""
    system = platform.system()
    if system != "Linux":
        name = {"Darwin": "macOS"}.get(system, system)
        raise PodsysError(
            f"The lab runs Linux nodes on a Linux kernel, and this is {name}.",
            "Start a Linux VM and run podsys in it, for example:"
            " `limactl start --name=podsys template://debian-12 && limactl shell podsys`,"
            " then `sudo podsys lab up` there.",
        )
    if os.geteuid() != 0:
        raise PodsysError(
            "The lab starts containers and makes networks, which needs root.",
            "Run it with sudo: `sudo podsys lab up`.",
        )


def find_missing(vm: bool = False) -> list[str]:
    """Debian packages whose tools this machine lacks."""
    path = f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"
    tools = TOOLS | (VM_TOOLS if vm else {})
    missing = {package for tool, package in tools.items() if not shutil.which(tool, path=path)}
    if not KEYRING.exists():
        missing.add("debian-archive-keyring")
    return sorted(missing)


def require_tools(report: Report, vm: bool = False) -> None:
    """Install what is missing where apt-get can; elsewhere say what to install."""
    if vm and platform.machine() != "x86_64":
        raise PodsysError(
            f"Virtual machines of the lab are x86_64, and this machine is {platform.machine()}.",
            "Leave out --vm: the nodes are containers then.",
        )
    require_packages(find_missing(vm), report)


def require_packages(missing: list[str], report: Report) -> None:
    """The same for these Debian packages, which this machine lacks."""
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise PodsysError(
            f"The lab needs tools that this machine lacks (Debian packages: {names}).",
            "Install them, or run the lab on Debian or Ubuntu (a VM will do),"
            " where it installs them itself.",
        )
    report(f"Installing what the lab needs on this machine: apt-get install {names}")
    install(missing)


def install(packages: list[str]) -> None:
    """Install without starting any of the packages' services."""
    words = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qy"]
    guard = not POLICY.exists()
    if guard:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        run([*words, "update"], timeout=300, check=False)
        run([*words, "install", "--no-install-recommends", *packages], timeout=600)
    finally:
        if guard:
            POLICY.unlink(missing_ok=True)
