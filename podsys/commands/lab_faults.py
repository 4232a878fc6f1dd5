"""The practice cluster's faults: which there are, breaking a node, healing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys import lab
from podsys.commands.common import load_catalog
from podsys.commands.faults import describe_platform, load_faults, load_platforms
from podsys.core.document import nearest
from podsys.core.faults import CompiledFault
from podsys.errors import PodsysError
from podsys.lab.hardware.facts import PLAIN, expect_facts
from podsys.lab.hardware.state import healthy_state
from podsys.node.rules import Unknown, build, evaluate
from podsys.view.console import out, print_json
from podsys.view.progress import progress

Hardware = Mapping[str, dict[str, Any] | None]


def break_node(fault: str, node: str, name: str) -> None:
    """Make one fault of the catalog on one node."""
    found = {one.id: one for one in load_all()}
    if fault not in found:
        hint = nearest(fault, sorted(found))
        raise PodsysError(f"There is no fault '{fault}'.", hint or "podsys lab break --list")
    lab.break_node(found[fault].fault, node, name, find_platforms(found[fault], list_hardware()))
    out().print(f"{node} has {fault}. `podsys lab heal --node {node}` undoes it.")


def heal(node: str | None, name: str) -> None:
    """Undo every fault of one node, or of all."""
    nodes = [node] if node else [one.name for one in lab.status(name).nodes]
    with progress("lab heal") as report:
        for one in nodes:
            report(one)
            for said in lab.heal_node(one, name):
                report(f"nothing to undo? {said}")
    out().print(f"Healed: {' '.join(nodes)}")


def list_faults(as_json: bool) -> None:
    """Ids of the faults that the lab can make, one a line; as JSON with where it can, too."""
    hardware = list_hardware()
    found = [(one, find_platforms(one, hardware)) for one in load_all()]
    if as_json:
        print_json({"faults": [describe(*one) for one in found]})
        return
    for one, platforms in found:
        if platforms:
            out().print(one.id, highlight=False, soft_wrap=True)


def describe(one: CompiledFault, platforms: list[str]) -> dict[str, object]:
    """`platforms` has '' for nodes without any; `none` says why the lab cannot make it."""
    return {
        "id": one.id,
        "title": one.fault.title,
        "repairs": one.fault.repairs,
        "platforms": platforms,
        "none": one.fault.lab.none,
    }


def load_all() -> tuple[CompiledFault, ...]:
    return load_faults(setting.id for setting in load_catalog().settings)


def list_hardware() -> Hardware:
    """Platform -> its state in good health; '' is a node without any."""
    healthy = {name: healthy_state(one, "n001") for name, one in load_platforms().items()}
    return {"": None, **healthy}


def find_platforms(one: CompiledFault, hardware: Hardware) -> list[str]:
    """Where the lab can make the fault: where it applies, and what it breaks is there."""
    return [
        platform
        for platform, state in hardware.items()
        if lab.can_make(one.fault.lab, state) and applies(one, platform, state)
    ]


def applies(one: CompiledFault, platform: str, state: dict[str, Any] | None) -> bool:
    """What nobody can tell beforehand does not speak against it."""
    if one.plain["applies"] is None:
        return True
    known = describe_platform(load_platforms()[platform]) if platform else None
    names = PLAIN if state is None else expect_facts(state)
    absent = Unknown("the server model is not known", "option", "platform")
    found = evaluate(
        build(one.plain["applies"]),
        {**names, "platform": known or absent, "params": one.fault.params},
    )
    return found.kind != "option" if isinstance(found, Unknown) else bool(found)
