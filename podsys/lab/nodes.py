"""One node: made, booted, waited for, removed."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.cables import ensure_cable, save_network_defaults, unplug
from podsys.lab.cgroups import remove_groups
from podsys.lab.files import read_or
from podsys.lab.hardware.node import plug_in, remove_hardware
from podsys.lab.identity import write_identity
from podsys.lab.layout import Place
from podsys.lab.mounts import ensure_overlay, unmount_below
from podsys.lab.processes import is_powered, kill_node_pids
from podsys.lab.settings import Settings
from podsys.lab.shell import start_daemon

POWER = Path(__file__).with_name("power.sh")
BOOT_SECONDS = 180


def prepare_node(node: Place, settings: Settings, image: Path) -> None:
    """Everything a node needs before it gets power. Finished marks are made last."""
    ready = node.dir / "ready"
    if not ready.exists():
        shutil.rmtree(node.dir, ignore_errors=True)
        write_identity(node, settings)
        if platform := settings.platform_of(node):
            plug_in(node, platform)
        ready.write_text(f"{image}\n")
    if not node.kernel.exists():
        shutil.copytree(node.lab.kernel, node.kernel)
    ensure_overlay(node, image_of(node))
    ensure_cable(node, settings)
    save_network_defaults(node)


def image_of(node: Place) -> Path:
    """The image that the node's layer was made over; another would not fit."""
    return Path(read_or(node.dir / "ready").strip())


def power_on(node: Place) -> None:
    if is_powered(node):
        return
    machine = f"{node.lab.prefix}-{node.name}"
    group = f"{node.lab.prefix}/{node.name}"
    words = (node.dir, node.lab.dir, node.netns, machine, node.name, group)
    start_daemon(["sh", POWER, *words], node.console)


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
    deadline = time.monotonic() + BOOT_SECONDS
    while not is_greeted(address, 2.0):
        if not is_powered(node) and not is_powered_soon(node):
            raise boot_failure(node, "went off while it booted")
        if time.monotonic() > deadline:
            raise boot_failure(node, f"did not answer on SSH within {BOOT_SECONDS} s")
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
