"""One node: made, booted, waited for, removed."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.cables import unplug
from podsys.lab.cgroups import remove_groups
from podsys.lab.files import read_or
from podsys.lab.hardware.node import plug_in, remove_hardware
from podsys.lab.identity import write_identity
from podsys.lab.layout import Place
from podsys.lab.machine import machine_of
from podsys.lab.mounts import unmount_below
from podsys.lab.processes import is_powered, kill_node_pids
from podsys.lab.settings import Settings
from podsys.lab.vm.disks import make_disks

BOOT_SECONDS = 180
# A virtual machine without KVM, on processors that others use too.
VM_BOOT_SECONDS = 600


def prepare_node(node: Place, settings: Settings, image: Path) -> None:
    """Everything a node needs before it gets power. Finished marks are made last."""
    ready = node.dir / "ready"
    if not ready.exists():
        shutil.rmtree(node.dir, ignore_errors=True)
        write_identity(node, settings)
        if settings.vm:
            make_disks(node, settings, image)
        if platform := settings.platform_of(node):
            plug_in(node, platform)
        ready.write_text(f"{image}\n")
    machine_of(node).prepare(node, settings, image_of(node))


def image_of(node: Place) -> Path:
    """The image that the node's layer was made over; another would not fit."""
    return Path(read_or(node.dir / "ready").strip())


def power_on(node: Place) -> None:
    if not is_powered(node):
        machine_of(node).start(node)


def power_off(node: Place) -> None:
    """Pull the plug, and remove what a dead container leaves on the host."""
    kill_node_pids(node)
    remove_groups(f"{node.lab.prefix}/{node.name}")
    run_folder = Path("/run/systemd/nspawn")
    machine = f"{node.lab.prefix}-{node.name}"
    for kind in ("propagate", "unix-export"):
        shutil.rmtree(run_folder / kind / machine, ignore_errors=True)


def remove_node(node: Place) -> None:
    power_off(node)
    unmount_below(node.dir)
    unplug(node)
    shutil.rmtree(node.kernel, ignore_errors=True)
    remove_hardware(node)
    shutil.rmtree(node.dir, ignore_errors=True)


def wait_for_node(node: Place, address: str) -> None:
    """Wait until the node's sshd greets."""
    limit = VM_BOOT_SECONDS if node.is_vm else BOOT_SECONDS
    deadline = time.monotonic() + limit
    while not is_greeted(address, 2.0):
        if not is_powered(node) and not is_powered_soon(node):
            raise boot_failure(node, "went off while it booted")
        if time.monotonic() > deadline:
            raise boot_failure(node, f"did not answer on SSH within {limit} s")
        time.sleep(0.15)


def is_powered_soon(node: Place) -> bool:
    """A process that is just becoming another program has no words to be known by."""
    time.sleep(0.3)
    return is_powered(node)


def is_greeted(address: str, timeout: float) -> bool:
    """Whether an SSH server greets at this address: a connection alone proves no server."""
    try:
        with socket.create_connection((address, 22), timeout) as connection:
            connection.settimeout(timeout)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def boot_failure(node: Place, what: str) -> PodsysError:
    last = " / ".join(read_or(node.console).strip().splitlines()[-3:])
    return PodsysError(
        f"Node {node.name} {what}. Its console ended with: {last or 'nothing'}",
        f"The whole console is in {node.console}."
        " `podsys lab down` removes the lab; then try again.",
        ExitCode.FAILED,
    )
