"""Host keys for the nodes' own use: each under the node's name and its address."""

from __future__ import annotations

from collections.abc import Iterator

from podsys.model.openssh import pinned_name
from podsys.model.spec import ClusterSpec


def name_host_keys(known_hosts: str, spec: ClusterSpec) -> list[str]:
    """Lines for ssh_known_hosts; keys of machines that are no nodes stay out."""
    port = spec.ssh.port
    names = {pinned_name(node.address, port): name for name, node in spec.nodes.items()}
    return sorted(_lines(known_hosts, names, port))


def _lines(known_hosts: str, names: dict[str, str], port: int | None) -> Iterator[str]:
    for line in known_hosts.splitlines():
        hosts, _, key = line.partition(" ")
        for host in hosts.split(","):
            if host in names and key:
                name = pinned_name(names[host], port)
                yield f"{host} {key}" if name == host else f"{name},{host} {key}"
