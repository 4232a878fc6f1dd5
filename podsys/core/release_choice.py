"""Which release each node gets, and which parts of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from podsys.core.document import nearest
from podsys.core.machine import MachineTraits, fabric_on, generations_on, traits_of_machine
from podsys.core.platforms import recognise
from podsys.core.release_auto import (
    describe_system,
    explain_none,
    recommend,
    refuse_fabric,
    refuse_gpus,
)
from podsys.core.releases import AUTO, NONE, ReleaseBook
from podsys.model.facts import NodeFacts
from podsys.model.lock import LockedRelease
from podsys.model.platform import Platform
from podsys.model.release import Component, Generation, Release, When
from podsys.model.spec import ClusterSpec

ALL = "all"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`key` is the line of `release:` in cluster.yaml that asks for what cannot be."""

    key: str
    node: str
    message: str
    hint: str


@dataclass(slots=True)
class Alike:
    """Nodes that get the same parts of one release; `left_out` says why others do not apply."""

    release: Release
    arch: str
    components: Mapping[str, Component]
    left_out: Mapping[str, str]
    nodes: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[object, ...]:
        """Virtual machines have packages of other names, and so another key."""
        parts = ((name, one.packages) for name, one in self.components.items())
        return self.release.id, self.arch, tuple(parts)


def choose_releases(
    spec: ClusterSpec,
    facts: Mapping[str, NodeFacts],
    platforms: Sequence[Platform],
    book: ReleaseBook,
) -> tuple[list[Alike], list[Refusal]]:
    """Nodes that were never read wait: what they get depends on what they are."""
    groups: dict[tuple[object, ...], Alike] = {}
    refusals: list[Refusal] = []
    for node in spec.nodes:
        found = facts.get(node)
        traits = traits_of_machine(found) if found else None
        if found is None or traits is None:
            continue
        got = _choose(spec, node, found, traits, platforms, book)
        part = _split(got[1], traits, book, got[0], node) if isinstance(got, tuple) else got
        if isinstance(part, Refusal):
            refusals.append(part)
        elif part:
            groups.setdefault(part.key, part).nodes.append(node)
    return list(groups.values()), refusals


def holds(locked: LockedRelease, alike: Alike) -> bool:
    """Is this entry of a lock of the same release, with the same parts?"""
    if locked.release != alike.release.id or locked.system.arch != alike.arch:
        return False
    parts = {name: {p.name for p in one.packages} for name, one in locked.components.items()}
    return parts.keys() == alike.components.keys() and all(
        parts[name].issuperset(one.packages) for name, one in alike.components.items()
    )


def asked_of(spec: ClusterSpec, node: str, platform: str = "") -> list[str]:
    """Keys of `release:` that are about this node, the most telling first: platform, group, all."""
    groups = [group for group in spec.nodes[node].groups if group in spec.release]
    known = [platform] if platform in spec.release else groups
    return known or ([ALL] if ALL in spec.release else [])


def _choose(
    spec: ClusterSpec,
    node: str,
    facts: NodeFacts,
    traits: MachineTraits,
    platforms: Sequence[Platform],
    book: ReleaseBook,
) -> tuple[str, Release] | Refusal | None:
    seen = recognise(facts, platforms)
    platform = spec.nodes[node].platform or (seen.id if seen else "")
    keys = asked_of(spec, node, platform)
    names = {spec.release[key] for key in keys}
    if not names:
        return None
    if len(names) > 1:
        asked = ", ".join(f"{key}: {spec.release[key]}" for key in keys)
        return Refusal(keys[0], node, f"two releases are asked for: {asked}", "leave one of them")
    name = names.pop()
    if name == NONE:
        return None
    if name == AUTO:
        return _auto(keys[0], node, traits, book)
    return _named(name, keys[0], node, traits, book)


def _auto(
    key: str, node: str, traits: MachineTraits, book: ReleaseBook
) -> tuple[str, Release] | Refusal | None:
    if found := recommend(traits, book):
        return key, found
    refused = explain_none(traits, book)
    return Refusal(key, node, *refused) if refused else None


def _named(
    name: str, key: str, node: str, traits: MachineTraits, book: ReleaseBook
) -> tuple[str, Release] | Refusal:
    known = [one for one in book.releases.values() if name in (one.id, one.name)]
    if not known:
        return Refusal(key, node, f"unknown release {name}", nearest(name, book.names))
    fitting = [one for one in known if traits.is_of(one)]
    if fitting:
        return key, fitting[0]
    there = ", ".join(describe_system(one) for one in known)
    message = f"release {name} is not for {traits.os} {traits.version} {traits.arch}"
    return Refusal(key, node, message, f"it exists for {there}")


def _split(
    release: Release, traits: MachineTraits, book: ReleaseBook, key: str, node: str
) -> Alike | Refusal:
    """Parts that apply to such a machine, and the others with the reason."""
    seen = generations_on(traits, book.generations)
    if reason := refuse_gpus(release, seen):
        return Refusal(key, node, reason, "choose another release for this group or platform")
    if refused := refuse_fabric(release, traits, book.generations):
        return Refusal(key, node, *refused)
    components: dict[str, Component] = {}
    left_out: dict[str, str] = {}
    for name, component in release.components.items():
        reasons = list(_unmet(component.when, release, traits, book.generations))
        if any(reason.startswith("?") for reason in reasons):
            message = f"{name} of {release.id} depends on {reasons[0][1:]}, which is not known"
            return Refusal(key, node, message, "see why its probe could not read it")
        if not reasons and not is_hashed(component):
            reasons = ["no hash of its download is known yet"]
        if reasons:
            left_out[name] = reasons[0]
        else:
            on_vm = traits.kind == "vm" and component.on_vm
            update = {"packages": component.on_vm} if on_vm else {}
            components[name] = component.model_copy(update=update)
    return Alike(release, traits.arch, components, left_out)


def is_hashed(component: Component) -> bool:
    """A package's hash comes from its index; an artifact brings its own."""
    return bool(component.packages) or all(
        artifact.sha256 or artifact.commit for artifact in component.artifacts
    )


def _unmet(
    when: When,
    release: Release,
    traits: MachineTraits,
    generations: Mapping[str, Generation],
) -> Iterator[str]:
    """Why a part does not apply; a reason that begins with ? says what would have to be known."""
    if when.machine and traits.kind not in when.machine:
        kernel = ", which runs its host's kernel" if traits.kind == "container" else ""
        yield f"the machine is a {traits.kind}{kernel}"
    if when.arch and traits.arch not in when.arch:
        yield f"the machine is {traits.arch}"
    if when.gpu and not (yes := _has_gpu(release.gpus, traits, generations)):
        yield (
            f"?whether the machine has {release.gpus} GPUs"
            if yes is None
            else (f"the machine has no {release.gpus} GPU")
        )
    elif (when.fabric or when.generations) and traits.pci is None:
        if _has_gpu(release.gpus, traits, generations) is False:
            yield f"the machine has no {release.gpus} GPU"
        else:
            yield "?the machine's PCI devices"
    elif when.fabric and fabric_on(traits, generations) != when.fabric:
        yield f"no {when.fabric} fabric is on the machine's PCI bus"
    elif when.generations:
        seen = [one.id for one in generations_on(traits, generations)]
        if not set(seen) & set(when.generations):
            yield f"for {' '.join(when.generations)} GPUs"


def _has_gpu(
    vendor: str | None, traits: MachineTraits, generations: Mapping[str, Generation]
) -> bool | None:
    if traits.pci is not None:
        ids = {gpu for one in generations.values() if one.vendor == vendor for gpu in one.gpus}
        return bool(traits.pci & ids)
    return None if traits.gpu_makers is None else vendor in traits.gpu_makers
