"""Pinning: the key each machine shows the first time is the only one accepted later."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import paramiko

from podsys.effects.ssh import explain_failure, read_host_key
from podsys.effects.workspace import write_atomically
from podsys.model.spec import Node, Ssh


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
    keys = paramiko.HostKeys()
    if known_hosts.exists():
        keys.load(str(known_hosts))
    _trust(keys, trusted)
    missing = {name: node for name, node in nodes.items() if not keys.lookup(_entry(node, ssh))}
    failed: dict[str, str] = {}
    with ThreadPoolExecutor(ssh.fan_out, thread_name_prefix="hostkey") as pool:
        found = pool.map(lambda node: _ask(node, ssh, known_hosts), missing.values())
        for name, answer in zip(missing, found, strict=True):
            if isinstance(answer, str):
                failed[name] = answer
            else:
                keys.add(_entry(missing[name], ssh), answer.get_name(), answer)
    write_atomically(known_hosts, _as_text(keys))
    return Pinned(tuple(name for name in missing if name not in failed), failed)


def _trust(keys: paramiko.HostKeys, lines: str) -> None:
    for line in lines.splitlines():
        entry = paramiko.hostkeys.HostKeyEntry.from_line(line)
        if entry and entry.key and entry.hostnames:
            for host in entry.hostnames:
                keys.pop(host, None)
                keys.add(host, entry.key.get_name(), entry.key)


def _ask(node: Node, ssh: Ssh, known_hosts: Path) -> paramiko.PKey | str:
    try:
        return read_host_key(node.address, ssh, known_hosts)
    except Exception as error:
        return explain_failure(error)


def _entry(node: Node, ssh: Ssh) -> str:
    return node.address if ssh.port == 22 else f"[{node.address}]:{ssh.port}"


def _as_text(keys: paramiko.HostKeys) -> str:
    lines = [
        f"{host} {kind} {key.get_base64()}"
        for host, kinds in keys.items()
        for kind, key in kinds.items()
    ]
    return "".join(f"{line}\n" for line in sorted(lines))
