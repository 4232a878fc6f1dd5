"""The recommended release of a machine, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from podsys.core.machine import MachineTraits, fabric_on, generations_on
from podsys.core.releases import NONE, ReleaseBook, refuse_flavour
from podsys.model.release import Generation, Release


def recommend(traits: MachineTraits, book: ReleaseBook) -> Release | None:
    """For machines with GPUs alone: the others have no use for a driver."""
    seen = generations_on(traits, book.generations)
    fitting = (one for one in _for_gpus(seen, book) if one.recommended and traits.is_of(one))
    return next(fitting, None)


def explain_none(traits: MachineTraits, book: ReleaseBook) -> tuple[str, str] | None:
    """Message and remedy; None where a machine has no GPUs, and so no use for a release.

    One with GPUs would else pass as a machine that needs no driver.
    """
    seen = generations_on(traits, book.generations)
    if not seen and not traits.gpu_makers:
        return None
    if traits.pci is None:
        remedy = "see why its probe could not read its PCI devices"
        return "auto: which GPUs the machine has is not known", remedy
    gpus = " and ".join(one.id for one in seen) or "/".join(sorted(traits.gpu_makers or ()))
    system = f"{traits.os} {traits.version} {traits.arch}"
    others = sorted({describe_system(one) for one in _for_gpus(seen, book)})
    elsewhere = f"there are some for {'; '.join(others)}. " if others else ""
    return (
        f"auto: podsys has no release for {gpus} GPUs on {system}",
        f"{elsewhere}Put one of your own into the workspace, releases/{traits.os}-{traits.version}"
        f"-NAME.yaml (docs/releases.md), or write `{NONE}` for their group or platform",
    )


def _for_gpus(seen: Sequence[Generation], book: ReleaseBook) -> list[Release]:
    return [one for one in book.releases.values() if seen and not refuse_gpus(one, seen)]


def refuse_gpus(release: Release, seen: Sequence[Generation]) -> str:
    for generation in seen:
        if generation.vendor != release.gpus:
            of = f"{release.gpus} GPUs" if release.gpus else "machines without GPUs"
            return f"{release.id} is for {of}, the machine's are {generation.id}"
        if release.generations and generation.id not in release.generations:
            return f"{release.id} is not for {generation.id} GPUs"
        for component in release.components.values():
            if reason := refuse_flavour(component.flavour, generation):
                return f"{release.id}: {reason}"
    return ""


def refuse_fabric(
    release: Release, traits: MachineTraits, generations: Mapping[str, Generation]
) -> tuple[str, str] | None:
    """Message and remedy, where the machine's switches would stay down with this release."""
    if fabric_on(traits, generations) != "nvswitch":
        return None
    for generation in generations_on(traits, generations):
        missing = [one for one in generation.fabric_needs if one not in release.components]
        if missing:
            return (
                f"{release.id} has no {' and no '.join(missing)}, without which the switches of"
                f" {generation.id} GPUs stay down",
                f"name {' and '.join(missing)} in a file releases/{release.id}.yaml of the"
                " workspace, with version, packages and `when: {fabric: nvswitch}`"
                " (docs/releases.md)",
            )
    return None


def describe_system(release: Release) -> str:
    system = release.system
    return f"{system.os} {system.version} {' '.join(system.arch)}"
