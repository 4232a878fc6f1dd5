"""Finds a lab's processes from what the kernel says of them, not from what was remembered."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.files import read_or
from podsys.lab.layout import Lab, Place

QEMU = "qemu-system-x86_64"
DAEMONS = {"setsid", "setpriv", "env", "sh", "systemd-nspawn", "apt-cacher-ng", "ip", QEMU}
EMULATOR = "podsys.lab.emulator"


def list_pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - names


def read_argv(pid: int) -> list[str]:
    return read_or(Path("/proc", str(pid), "cmdline")).split("\0")[:-1]


def belongs_to(pid: int, folder: Path, cgroup: str) -> bool:
    """Whether a process was started for this folder's sake, or inside this control group."""
    if f"/{cgroup}/" in read_or(Path("/proc", str(pid), "cgroup")):
        return True
    argv = read_argv(pid)
    if not argv or not (Path(argv[0]).name in DAEMONS or EMULATOR in argv):
        return False
    return any(f"{folder}/" in f"{word}/" for word in argv[1:])


def find_lab_pids(lab: Lab) -> list[int]:
    return [pid for pid in list_pids() if belongs_to(pid, lab.dir, lab.prefix)]


def find_node_pids(node: Place) -> list[int]:
    group = f"{node.lab.prefix}/{node.name}"
    return [pid for pid in list_pids() if belongs_to(pid, node.dir, group)]


def find_leader(node: Place) -> int | None:
    """The node's own PID 1, as the host numbers it; none when it has no power."""
    for pid in find_node_pids(node):
        numbers = read_field(pid, "NSpid")
        if len(numbers) > 1 and numbers[-1] == "1" and is_direct(pid, numbers):
            return pid
    return None


def is_direct(pid: int, numbers: list[str]) -> bool:
    """Whether the process is PID 1 one level below us, and not of a container in the node."""
    return len(numbers) == len(read_field(os.getpid(), "NSpid")) + 1 and bool(read_argv(pid))


def read_field(pid: int, name: str) -> list[str]:
    for line in read_or(Path("/proc", str(pid), "status")).splitlines():
        if line.startswith(f"{name}:"):
            return line.split()[1:]
    return []


def is_powered(node: Place) -> bool:
    """Whether the node's power supply runs; between two boots nothing else does."""
    return bool(list_powered([node]))


def list_powered(nodes: list[Place]) -> set[str]:
    """Names of the nodes whose power supply runs, in one look at all processes."""
    words = {word for pid in list_pids() for word in read_argv(pid)[:5]}
    return {node.name for node in nodes if str(node.dir) in words}


def kill_all(find: Iterator[list[int]], what: str) -> None:
    """Kill what `find` finds until it finds nothing more."""
    for _, pids in zip(range(200), find, strict=False):
        alive = [pid for pid in pids if read_field(pid, "State")[:1] not in ([], ["Z"])]
        if not alive:
            return
        for pid in alive:
            send(pid, signal.SIGKILL)
        time.sleep(0.05)
    raise PodsysError(
        f"Some processes of {what} do not die.",
        f"Look at them with `ps -fp {','.join(map(str, alive))}`, then repeat the command.",
        ExitCode.FAILED,
    )


def kill_lab(lab: Lab) -> None:
    kill_all(iter(lambda: find_lab_pids(lab), None), f"lab '{lab.name}'")


def kill_node_pids(node: Place) -> None:
    kill_all(iter(lambda: find_node_pids(node), None), f"node {node.name}")


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
