"""Pinning: the key each machine shows the first time is the only one accepted later."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from podsys.effects.ssh.connect import Connector
from podsys.effects.ssh.failure import explain_failure
from podsys.effects.ssh.kept import rooms
from podsys.effects.ssh.pins import Pins
from podsys.effects.ssh.route import Route
from podsys.effects.ssh.routes import Routes
from podsys.effects.workspace import write_atomically
from podsys.model.openssh import pinned_name
from podsys.model.spec import Node, Ssh

if TYPE_CHECKING:
    import paramiko


@dataclass(frozen=True, slots=True)
class Pinned:
    """What pinning did: `new` nodes, and `failed` ones with the reason."""

    new: tuple[str, ...]
    failed: Mapping[str, str]


def pin_host_keys(
    nodes: Mapping[str, Node], ssh: Ssh, known_hosts: Path, trusted: str = ""
) -> Pinned:
    """Ask the machines that have no key in `known_hosts` yet; keys that are there stay.

    `trusted` are known_hosts lines from a source that knows the machines' keys: these win.
    """
    pins = Pins.load(known_hosts)
    pins.trust(trusted)
    names = {name: pinned_name(node.address, ssh.port) for name, node in nodes.items()}
    missing = [name for name in nodes if not pins.of(names[name])]
    answers = _ask({name: nodes[name] for name in missing}, ssh, pins)
    for name, answer in answers.items():
        if not isinstance(answer, str):
            pins.add(names[name], answer.get_name(), answer.get_base64())
    write_atomically(known_hosts, pins.text())
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
    return Pinned(tuple(name for name in missing if name not in failed), failed)


def _ask(nodes: Mapping[str, Node], ssh: Ssh, pins: Pins) -> dict[str, paramiko.PKey | str]:
    """Each node's key, or why there is none."""
    if not nodes:
        return {}
    routes = Routes(ssh, tuple(node.address for node in nodes.values()))
    connector = Connector(pins, ssh)
    at_once, _ = rooms(ssh.fan_out)

    def ask(route: Route) -> paramiko.PKey | str:
        try:
            return connector.read_host_key(route, time.monotonic() + ssh.timeout_s)
        except Exception as error:
            return explain_failure(error)

    try:
        with ThreadPoolExecutor(min(at_once, len(nodes)), thread_name_prefix="hostkey") as pool:
            found = pool.map(ask, (routes.of(node.address) for node in nodes.values()))
            return dict(zip(nodes, found, strict=True))
    finally:
        connector.close()
