"""Faults of one node or one pair, made with real means, and their healing."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from podsys.errors import ExitCode, PodsysError
from podsys.lab import losing
from podsys.lab.emulation import restart_emulator
from podsys.lab.host import require_linux_root
from podsys.lab.layout import Lab, Place
from podsys.lab.locks import lock_lab
from podsys.lab.mounts import ensure_overlay
from podsys.lab.nodes import image_of, power_off, power_on, wait_for_node
from podsys.lab.processes import find_leader, find_node_pids, read_field, send
from podsys.lab.settings import Settings, load_settings
from podsys.lab.shaping import shape_link, shape_pair
from podsys.lab.shell import run

# Enter all of a node's namespaces. A node that goes down stops its processes before it kills
# them; nsenter stops itself when its child stops, nobody makes it go on, and the dead child that
# it does not collect keeps the node from ending. So a shell waits in its place, which does not.
ENTER = ["nsenter", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--no-fork"]
WAIT = ["sh", "-c", '"$@"; exit $?', "sh"]
# The environment of a fresh login.
CLEAN = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]


@contextmanager
def reach_lab(name: str) -> Iterator[tuple[Lab, Settings]]:
    """The lab, held while a fault is made or healed."""
    require_linux_root()
    lab = Lab.named(name)
    with lock_lab(lab):
        settings = load_settings(lab)
        if settings is None:
            raise PodsysError(f"There is no lab '{lab.name}'.", "Start one: `podsys lab up`.")
        yield lab, settings


def slow_link(node: str, mbps: int, lab: str = "") -> None:
    """A link that negotiated too low: all that the node sends and receives."""
    with reach_lab(lab) as (found, _):
        shape_link(found.find_node(node), mbps)


def slow_pair(one: str, other: str, mbps: int, lab: str = "") -> None:
    """A bad path between two nodes; each is fast with everyone else."""
    with reach_lab(lab) as (found, settings):
        first, second = found.find_node(one), found.find_node(other)
        for to, source in (first, second), (second, first):
            shape_pair(to, source, settings.address(source), settings.link_mbps, mbps)


def lose_packets(node: str, percent: float, lab: str = "") -> None:
    """A bad transceiver: a share of all packets is lost, whatever the link's rate."""
    with reach_lab(lab) as (found, _):
        losing.lose_packets(found.find_node(node), percent)


def stop_sshd(node: str, lab: str = "") -> None:
    """The node runs, but nobody can log in: connections are refused."""
    run_in(node, ["systemctl", "stop", "ssh.service"], lab)


def freeze(node: str, lab: str = "") -> None:
    """A hung node: its kernel accepts connections, and no process answers.

    PID 1 first: it would start anew what it sees stop.
    """
    with reach_lab(lab) as (found, _):
        signal_node(found.find_node(node), signal.SIGSTOP)


def thaw(node: str, lab: str = "") -> None:
    with reach_lab(lab) as (found, _):
        signal_node(found.find_node(node), signal.SIGCONT)


def kill_node(node: str, lab: str = "") -> None:
    """Power loss: the node is gone, and stays gone until `heal`."""
    with reach_lab(lab) as (found, _):
        power_off(found.find_node(node))


def heal(node: str, lab: str = "") -> None:
    """Undo every fault of a node, as far as the lab's side goes; boots it if it is off."""
    with reach_lab(lab) as (found, settings):
        place = found.find_node(node)
        shape_link(place, settings.link_mbps)
        losing.stop_losing(place.cable)
        signal_node(place, signal.SIGCONT)
        if find_leader(place) is None:
            ensure_overlay(place, image_of(place))
            power_on(place)
            restart_emulator(found)
        else:
            enter(place, ["systemctl", "start", "ssh.service"])
        wait_for_node(place, settings.address(place))


def run_in(
    node: str, argv: Sequence[str], lab: str = "", *, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command in a node without its network and its sshd: the lab's own eyes."""
    require_linux_root()
    return enter(Lab.named(lab).find_node(node), argv, text)


def enter(place: Place, argv: Sequence[str], text: str = "") -> subprocess.CompletedProcess[str]:
    leader = find_leader(place)
    if leader is None:
        raise PodsysError(
            f"Node {place.name} is off.", "`podsys lab up` boots it.", ExitCode.FAILED
        )
    command = [*ENTER, "--target", str(leader), "--", *WAIT, *CLEAN, *argv]
    return run(command, text=text, check=False, timeout=120)


def signal_node(place: Place, number: int) -> None:
    """Signal all processes inside a node, its PID 1 first, until no new ones turn up."""
    leader = find_leader(place)
    if leader is None:
        return
    done: set[int] = set()
    for _ in range(10):
        pids = [leader, *find_inner_pids(place, leader)]
        if set(pids) <= done:
            return
        for pid in pids:
            send(pid, number)
        done |= set(pids)


def find_inner_pids(place: Place, leader: int) -> list[int]:
    """The node's processes, without the host's ones that keep it running."""
    depth = len(read_field(leader, "NSpid"))
    return [pid for pid in find_node_pids(place) if len(read_field(pid, "NSpid")) >= depth]
