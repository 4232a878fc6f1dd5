"""Packages for nodes, which have no way out: a caching proxy on the lab's bridge."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.files import read_or, write_whole
from podsys.lab.layout import Lab
from podsys.lab.processes import list_pids, read_argv
from podsys.lab.settings import Settings
from podsys.lab.shell import run, start_daemon

PORT = 3142
USER = "apt-cacher-ng"
CONFIG = """\
CacheDir: {dir}/cache
LogDir: {dir}/log
SupportDir: /usr/lib/apt-cacher-ng
SocketPath: {dir}/socket
PidFile: {dir}/pid
Port: {port}
BindAddress: {address}
ReportPage:
ExThreshold: 30
ForeGround: 1
"""


def ensure_proxy(lab: Lab, settings: Settings) -> None:
    """Start the proxy on the lab's own address, with the packages that earlier labs fetched."""
    folder = lab.dir / "proxy"
    if is_listening(settings.gateway) and is_running(folder):
        return
    if not (folder / "cache").exists():
        seed_cache(lab)
    text = CONFIG.format(dir=folder, port=PORT, address=settings.gateway)
    write_whole(folder / "conf/acng.conf", text)
    (folder / "log").mkdir(exist_ok=True)
    owner = choose_owner(folder)
    run(["chown", "-R", f"{owner}:", folder])
    drop = ["setpriv", "--reuid", owner, "--regid", owner, "--clear-groups", "--"]
    start_daemon([*drop, "apt-cacher-ng", "-c", folder / "conf"], folder / "console.log")
    wait_for_proxy(settings, folder)


def choose_owner(folder: Path) -> str:
    """The proxy's own user, where there is one and it can reach the folder."""
    reachable = all(path.stat().st_mode & 0o001 for path in folder.parents)
    known = run(["id", USER], check=False).returncode == 0
    return USER if reachable and known else "root"


def is_running(folder: Path) -> bool:
    return any(str(folder / "conf") in read_argv(pid) for pid in list_pids())


def is_listening(address: str) -> bool:
    try:
        socket.create_connection((address, PORT), 1).close()
    except OSError:
        return False
    return True


def wait_for_proxy(settings: Settings, folder: Path) -> None:
    deadline = time.monotonic() + 20
    while not is_listening(settings.gateway):
        if time.monotonic() > deadline:
            raise PodsysError(
                "The lab's package proxy (apt-cacher-ng) did not start:"
                f" {read_or(folder / 'console.log').strip()[-300:] or 'it said nothing'}",
                f"See {folder / 'log'}; is port {PORT} of {settings.gateway} in use?",
                ExitCode.FAILED,
            )
        time.sleep(0.05)


def seed_cache(lab: Lab) -> None:
    """Give the lab the packages of earlier labs. Packages never change, so links will do;
    each proxy has its own folder, because two may not share one."""
    link_packages(lab.state / "packages", lab.dir / "proxy/cache")


def keep_packages(lab: Lab) -> None:
    """Keep what this lab fetched for later labs."""
    link_packages(lab.dir / "proxy/cache", lab.state / "packages")


def link_packages(source: Path, target: Path) -> None:
    """Link finished packages that the target lacks: those whose size the proxy has noted."""
    target.mkdir(parents=True, exist_ok=True)
    for package in source.rglob("*.deb"):
        head = package.with_name(f"{package.name}.head")
        other = target / package.relative_to(source)
        if other.exists() or not is_complete(package, head):
            continue
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(head, other.with_name(head.name))
        os.link(package, other)


def is_complete(package: Path, head: Path) -> bool:
    for line in read_or(head).splitlines():
        key, _, value = line.partition(":")
        if key.lower() == "content-length" and value.strip().isdigit():
            return package.stat().st_size == int(value)
    return False
