"""`lab up`: brings the lab to the wanted number of nodes, from whatever state it is in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from podsys.errors import PodsysError
from podsys.lab.bridge import ensure_bridge, has_bridge
from podsys.lab.emulation import find_emulators, restart_emulator
from podsys.lab.host import require_linux_root, require_tools
from podsys.lab.host_limits import raise_limits
from podsys.lab.identity import ensure_lab_key, write_known_hosts
from podsys.lab.kind import Kind, choose_kind
from podsys.lab.knobs import write_defaults
from podsys.lab.layout import MAX_NODES, Lab, Place
from podsys.lab.locks import lock_lab
from podsys.lab.machine import ensure_base
from podsys.lab.mounts import ensure_copies, ensure_hardware
from podsys.lab.nodes import power_on, prepare_node, remove_node, wait_for_node
from podsys.lab.processes import list_powered
from podsys.lab.proxy import ensure_proxy
from podsys.lab.settings import Settings, load_settings
from podsys.lab.status import read_status
from podsys.lab.types import LabStatus, Report, say_nothing


def up(
    nodes: int,
    name: str = "",
    report: Report = say_nothing,
    link_mbps: int | None = None,
    packages: Sequence[str] | None = None,
    platforms: Sequence[str] | None = None,
    vm: bool | None = None,
) -> LabStatus:
    """Bring the lab to `nodes` nodes and wait until each answers on SSH.

    `packages` lie in the image from the start; the nodes get the hardware of `platforms`, in
    turn, or are virtual machines. None keeps what the lab was made with.
    """
    require_linux_root()
    if not 1 <= nodes <= MAX_NODES:
        raise PodsysError(f"A lab has 1 to {MAX_NODES} nodes, not {nodes}.", "Give --nodes N.")
    lab = Lab.named(name)
    with lock_lab(lab):
        kind = choose_kind(lab, packages, platforms, vm)
        found = find_ready(lab, nodes, link_mbps)
        return found or bring_up(lab, nodes, report, link_mbps, kind)


def find_ready(lab: Lab, nodes: int, link_mbps: int | None) -> LabStatus | None:
    """The lab, if it is already as wanted."""
    settings = load_settings(lab)
    if settings is None or not has_bridge(lab) or len(lab.made_nodes()) != nodes:
        return None
    if link_mbps not in (None, settings.link_mbps) or not find_emulators(lab):
        return None
    found = read_status(lab, settings)
    return found if found.ready and lab.known_hosts.exists() else None


def bring_up(lab: Lab, nodes: int, report: Report, link_mbps: int | None, kind: Kind) -> LabStatus:
    require_tools(report, vm=kind.vm)
    image = ensure_base(lab, report, kind)
    raise_limits(lab)
    lab.dir.mkdir(parents=True, exist_ok=True)
    settings = ensure_bridge(lab, link_mbps, kind)
    ensure_lab_key(lab)
    write_defaults(lab.kernel)
    ensure_copies(lab)
    if kind.platforms:
        ensure_hardware(lab)
    ensure_proxy(lab, settings)
    for node in lab.made_nodes():
        if node.number > nodes:
            remove_node(node)
    wanted = [lab.node(number + 1) for number in range(nodes)]
    boot_all(lab, wanted, settings, image, report)
    write_known_hosts(lab, settings)
    return read_status(lab, settings)


def boot_all(
    lab: Lab, wanted: list[Place], settings: Settings, image: Path, report: Report
) -> None:
    """Prepare all, then boot a few at a time: more at once only wait for the same CPUs."""
    prepare_node(wanted[0], settings, image)
    workers = 2 * (os.cpu_count() or 1)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(lambda node: prepare_node(node, settings, image), wanted[1:]))
        restart_emulator(lab)
        off = len(wanted) - len(list_powered(wanted))
        report(f"Booting {off} of {len(wanted)} nodes")
        booted = pool.map(lambda node: boot_node(node, settings), wanted)
        for number, node in enumerate(booted, start=1):
            report(f"{node.name} answers ({number} of {len(wanted)})")


def boot_node(node: Place, settings: Settings) -> Place:
    power_on(node)
    wait_for_node(node, settings.address(node))
    return node
