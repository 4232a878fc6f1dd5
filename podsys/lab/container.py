"""A node that is a container: a system of its own on the host's kernel."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.cables import ensure_cable, save_network_defaults
from podsys.lab.emulation import restart_emulator
from podsys.lab.files import read_or
from podsys.lab.layout import Place
from podsys.lab.mounts import ensure_overlay
from podsys.lab.processes import find_leader, find_node_pids, read_field, send
from podsys.lab.settings import Settings
from podsys.lab.shell import run as run_tool
from podsys.lab.shell import start_daemon

POWER = Path(__file__).with_name("power.sh")
RUN_LIMIT_S = 120
# Enter all of a node's namespaces. A node that goes down stops its processes before it kills
# them; nsenter stops itself when its child stops, nobody makes it go on, and the dead child that
# it does not collect keeps the node from ending. So a shell waits in its place, which does not.
ENTER = ["nsenter", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--no-fork"]
WAIT = ["sh", "-c", '"$@"; exit $?', "sh"]
# The environment of a fresh login.
CLEAN = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]


def prepare(node: Place, settings: Settings, image: Path) -> None:
    """Its kernel knobs, its root, and its cable."""
    if not node.kernel.exists():
        shutil.copytree(node.lab.kernel, node.kernel)
    ensure_overlay(node, image)
    ensure_cable(node, settings)
    save_network_defaults(node)


def start(node: Place) -> None:
    machine = f"{node.lab.prefix}-{node.name}"
    group = f"{node.lab.prefix}/{node.name}"
    words = (node.dir, node.lab.dir, node.netns, machine, node.name, group)
    start_daemon(["sh", POWER, *words], node.console)


def run(node: Place, argv: Sequence[str], text: str) -> subprocess.CompletedProcess[str]:
    leader = find_leader(node)
    if leader is None:
        raise PodsysError(f"Node {node.name} is off.", "`podsys lab up` boots it.", ExitCode.FAILED)
    command = [*ENTER, "--target", str(leader), "--", *WAIT, *CLEAN, *argv]
    return run_tool(command, text=text, check=False, timeout=RUN_LIMIT_S)


def signal(node: Place, number: int) -> None:
    """Signal all processes inside a node, its PID 1 first, until no new ones turn up."""
    leader = find_leader(node)
    if leader is None:
        return
    done: set[int] = set()
    for _ in range(10):
        pids = [leader, *find_inner_pids(node, leader)]
        if set(pids) <= done:
            return
        for pid in pids:
            send(pid, number)
        done |= set(pids)


def find_inner_pids(node: Place, leader: int) -> list[int]:
    """The node's processes, without the host's ones that keep it running."""
    depth = len(read_field(leader, "NSpid"))
    return [pid for pid in find_node_pids(node) if len(read_field(pid, "NSpid")) >= depth]


def revive(node: Place) -> None:
    if find_leader(node) is None:
        ensure_overlay(node, Path(read_or(node.dir / "ready").strip()))
        start(node)
        restart_emulator(node.lab)
    else:
        run(node, ["systemctl", "start", "ssh.service"], "")
