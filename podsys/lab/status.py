"""How the lab is, asked of the kernel and the nodes themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from podsys.errors import PodsysError
from podsys.lab.broken import read_broken
from podsys.lab.layout import Lab, Place
from podsys.lab.nodes import is_greeted
from podsys.lab.processes import list_powered
from podsys.lab.settings import Settings, load_settings
from podsys.lab.types import LabStatus, NodeState, NodeStatus


def read_status(lab: Lab, settings: Settings) -> LabStatus:
    nodes = lab.made_nodes()
    powered = list_powered(nodes)
    with ThreadPoolExecutor(max_workers=32) as pool:
        states = pool.map(lambda node: read_state(node, settings, powered), nodes)
        found = tuple(
            NodeStatus(
                node.name,
                settings.address(node),
                state,
                settings.platform_of(node),
                tuple(read_broken(node)),
                node.is_vm,
            )
            for node, state in zip(nodes, states, strict=True)
        )
    return LabStatus(
        lab.name,
        found,
        lab.ssh_key,
        "root",
        lab.known_hosts,
        lab.bridge,
        settings.gateway,
        settings.link_mbps,
        lab.consoles,
    )


def read_state(node: Place, settings: Settings, powered: set[str]) -> NodeState:
    if node.name not in powered:
        return "stopped"
    return "running" if is_greeted(settings.address(node), 1.0) else "starting"


def status(name: str = "") -> LabStatus:
    """The lab as it is now."""
    lab = Lab.named(name)
    settings = load_settings(lab)
    if settings is None:
        raise PodsysError(
            f"There is no lab '{lab.name}' here.", "Start one: `sudo podsys lab up --nodes 4`."
        )
    return read_status(lab, settings)
