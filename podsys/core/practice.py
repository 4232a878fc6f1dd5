"""Is this hardware at all? What the lab emulates must never pass for a server."""

from __future__ import annotations

from collections.abc import Iterable

from podsys.model.facts import NodeFacts
from podsys.model.spec import ClusterSpec

# As systemd-detect-virt(1) names containers.
CONTAINERS = frozenset(
    {"docker", "lxc", "lxc-libvirt", "openvz", "podman", "pouch", "proot", "rkt", "systemd-nspawn"}
)
EMULATED = "podsys lab (emulated)"


def is_practice(spec: ClusterSpec, facts: Iterable[NodeFacts]) -> bool:
    """Declared, or seen: a container is no server, whatever cluster.yaml calls it."""
    return spec.lab or any(_is_practice(node) for node in facts)


def _is_practice(facts: NodeFacts) -> bool:
    vendor = str(facts.get("dmi.bios_vendor") or "")
    return facts.get("system.virtualization") in CONTAINERS or EMULATED in vendor
