"""Faults of one node or one pair, made with real means, and their healing."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from podsys.errors import PodsysError
from podsys.lab import losing
from podsys.lab.host import require_linux_root
from podsys.lab.layout import Lab, Place
from podsys.lab.locks import lock_lab
from podsys.lab.machine import machine_of
from podsys.lab.nodes import power_off, wait_for_node
from podsys.lab.settings import Settings, load_settings
from podsys.lab.shaping import shape_link, shape_pair
from podsys.lab.vm.machine import BROKEN_INITRAMFS


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
        place = found.find_node(node)
        machine_of(place).signal(place, signal.SIGSTOP)


def thaw(node: str, lab: str = "") -> None:
    with reach_lab(lab) as (found, _):
        place = found.find_node(node)
        machine_of(place).signal(place, signal.SIGCONT)


def kill_node(node: str, lab: str = "") -> None:
    """Power loss: the node is gone, and stays gone until `heal`."""
    with reach_lab(lab) as (found, _):
        power_off(found.find_node(node))


def break_initramfs(node: str, lab: str = "") -> None:
    """What a virtual machine packs to boot from is cut off from now on, as where /boot is full:
    the boot after the next change of its kernel hangs."""
    hook = f"mkdir -p $(dirname {BROKEN_INITRAMFS}) && cat > {BROKEN_INITRAMFS}"
    script = f"{hook} && chmod 755 {BROKEN_INITRAMFS}"
    done = run_in(node, ["sh", "-c", script], lab, text='#!/bin/sh\ntruncate --size=64K "$2"\n')
    if done.returncode != 0:
        raise PodsysError(f"{node}: {done.stderr}", "Only virtual machines have an initramfs.")


def heal(node: str, lab: str = "") -> None:
    """Undo every fault of a node, as far as the lab's side goes; boots it if it is off."""
    with reach_lab(lab) as (found, settings):
        place = found.find_node(node)
        shape_link(place, settings.link_mbps)
        losing.stop_losing(place.cable)
        machine_of(place).signal(place, signal.SIGCONT)
        machine_of(place).revive(place)
        wait_for_node(place, settings.address(place))


def run_in(
    node: str, argv: Sequence[str], lab: str = "", *, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command in a node without its network and its sshd: the lab's own eyes."""
    require_linux_root()
    return enter(Lab.named(lab).find_node(node), argv, text)


def enter(place: Place, argv: Sequence[str], text: str = "") -> subprocess.CompletedProcess[str]:
    return machine_of(place).run(place, argv, text)
