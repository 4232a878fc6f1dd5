"""Is this hardware at all? What the lab emulates must never pass for a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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


def has_emulated_hardware(facts: NodeFacts) -> bool:
    """Its GPUs and NICs are files of the lab: nothing measured there says anything of hardware."""
    return EMULATED in str(facts.get("dmi.bios_vendor") or "")


def shares_its_machine(facts: NodeFacts) -> bool:
    """A container: its memory and disks are those of others, measured at the same time."""
    return facts.get("system.virtualization") in CONTAINERS


def shows_practice(evidence: object) -> bool:
    """The same of facts.json, the evidence that lies beside a certificate."""
    nodes = evidence.get("nodes") if isinstance(evidence, dict) else None
    found = nodes.values() if isinstance(nodes, dict) else ()
    sections = [node.get("sections") for node in found if isinstance(node, dict)]
    return any(_is_emulated(one) for one in sections if isinstance(one, dict))


def _is_practice(facts: NodeFacts) -> bool:
    return _is_emulated({name: section.data for name, section in facts.sections.items()})


def _is_emulated(sections: Mapping[str, Any]) -> bool:
    system, dmi = sections.get("system") or {}, sections.get("dmi") or {}
    vendor = str(dmi.get("bios_vendor") or "")
    return system.get("virtualization") in CONTAINERS or EMULATED in vendor
