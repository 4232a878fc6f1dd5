"""Which settings apply to a node, and which value each wants there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from podsys.core.mounts import mount_items
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.setting import Setting, When
from podsys.model.spec import ClusterSpec, Node

SETTINGS_ROLE = "settings"


@dataclass(frozen=True, slots=True)
class Selection:
    """Items wanted on a node, and the settings left out there with the reason."""

    items: tuple[Item, ...]
    skipped: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Traits:
    """Everything `when` may ask about; equal traits give equal selections."""

    profile: str
    network: str
    node_count: int
    groups: tuple[str, ...]
    cpu_vendor: str | None
    arch: str | None
    os: str | None
    platform: str | None
    virtual: bool | None
    capabilities: tuple[str, ...] | None


def traits_of(spec: ClusterSpec, node: Node, facts: NodeFacts | None) -> Traits:
    get = facts.get if facts else lambda _path: None
    names = get("capabilities.names")
    return Traits(
        profile=spec.profile,
        network=spec.network.mode,
        node_count=len(spec.nodes),
        groups=tuple(sorted(node.groups)),
        cpu_vendor=get("cpu.vendor"),
        arch=get("system.arch"),
        os=get("system.os"),
        platform=get("system.product"),
        virtual=get("system.virtual"),
        capabilities=tuple(sorted(names)) if names is not None else None,
    )


def select_items(spec: ClusterSpec, traits: Traits, settings: Iterable[Setting]) -> Selection:
    """Items for every node with these traits: the site's mounts, then in catalog order."""
    items = list(mount_items(spec, traits.groups, SETTINGS_ROLE))
    mounted = {item.key for item in items}
    skipped: dict[str, str] = {}
    for setting in settings:
        reason = _why_not(spec, traits, setting)
        if setting.kind == "mount" and setting.key in mounted:
            reason = "cluster.yaml says what is mounted there"
        if reason:
            skipped[setting.id] = reason
        else:
            items.append(as_item(spec, setting))
    return Selection(tuple(items), skipped)


def as_item(spec: ClusterSpec, setting: Setting) -> Item:
    """The setting with the value that cluster.yaml wants for it."""
    return Item(
        id=setting.id,
        role=SETTINGS_ROLE,
        kind=setting.kind,
        key=setting.key,
        value=spec.settings.override.get(setting.id, setting.value),
        compare="equal" if setting.id in spec.settings.override else setting.compare,
        reboot=setting.reboot,
        advisory=setting.advisory and setting.id not in _chosen(spec),
        params=dict(setting.params),
    )


def _chosen(spec: ClusterSpec) -> set[str]:
    return {*spec.settings.adopt, *spec.settings.override}


def _why_not(spec: ClusterSpec, traits: Traits, setting: Setting) -> str:
    if setting.id in spec.settings.disable:
        return "disabled in cluster.yaml"
    return next(iter(_unmet(setting.when, traits)), "")


def _unmet(when: When, traits: Traits) -> Iterable[str]:
    """Reasons why `when` does not hold; a trait that was not measured never holds."""
    for name, wanted, found in (
        ("profile", when.profile, traits.profile),
        ("network", when.network, traits.network),
        ("cpu_vendor", when.cpu_vendor, traits.cpu_vendor),
        ("arch", when.arch, traits.arch),
        ("os", when.os, traits.os),
        ("platform", when.platform, traits.platform),
    ):
        if wanted and found not in wanted:
            yield f"{name} is {found or 'not known'}, applies to {' '.join(wanted)}"
    if when.group and not set(when.group) & set(traits.groups):
        yield f"not in group {' '.join(when.group)}"
    if when.virtual is not None and traits.virtual is not when.virtual:
        yield "for virtual machines only" if when.virtual else "for bare metal only"
    if traits.node_count < when.min_nodes:
        yield f"for clusters of {when.min_nodes} nodes and more"
    yield from _unmet_capabilities(when, traits.capabilities)


def _unmet_capabilities(when: When, found: tuple[str, ...] | None) -> Iterable[str]:
    if found is None:
        if when.has or when.lacks:
            yield "capabilities of the machine are not known"
        return
    for name in when.has:
        if name not in found:
            yield f"the machine has no {name}"
    for name in when.lacks:
        if name in found:
            yield f"the machine has {name}"
