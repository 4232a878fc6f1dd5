"""What the nodes of a lab are made of: chosen with its first node, and kept until it goes down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from podsys.errors import PodsysError
from podsys.lab.hardware.platforms import require_platforms
from podsys.lab.image import tidy_packages
from podsys.lab.layout import Lab
from podsys.lab.settings import load_settings


@dataclass(frozen=True)
class Kind:
    """`packages` lie in the image besides; `platforms` go round over the nodes; `vm`: virtual
    machines, with a kernel of their own."""

    packages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    vm: bool = False


def choose_kind(
    lab: Lab,
    packages: Sequence[str] | None,
    platforms: Sequence[str] | None,
    vm: bool | None = None,
) -> Kind:
    """What was asked for; None keeps what the lab has. Nodes that are there cannot change."""
    known = load_settings(lab)
    kept = Kind(known.packages, known.platforms, known.vm) if known else Kind()
    require_platforms(tuple(platforms or ()))
    chosen = Kind(
        kept.packages if packages is None else tidy_packages(packages),
        kept.platforms if platforms is None else tuple(platforms),
        kept.vm if vm is None else vm,
    )
    if chosen.vm and chosen.platforms:
        raise PodsysError(
            "Emulated hardware is for containers: a virtual machine has QEMU's.",
            "Give --vm or --platform, not both.",
        )
    if lab.made_nodes():
        require_same(lab, "packages", kept.packages, chosen.packages)
        require_same(lab, "platforms", kept.platforms, chosen.platforms)
        kinds = {False: ("containers",), True: ("virtual machines",)}
        require_same(lab, "nodes", kinds[kept.vm], kinds[chosen.vm])
    return chosen


def require_same(lab: Lab, what: str, kept: Sequence[str], asked: Sequence[str]) -> None:
    if kept != asked:
        raise PodsysError(
            f"Lab '{lab.name}' was made with other {what}: {' '.join(kept) or 'none'}.",
            f"Nodes keep theirs: `podsys lab down --name {lab.name}` first.",
        )
