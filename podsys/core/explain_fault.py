"""What `podsys explain` says of faults and checks, as labelled texts."""

from __future__ import annotations

from collections.abc import Iterator

from podsys.core.check_docs import CheckDoc
from podsys.core.explain import Line
from podsys.model.fault import Fault, Making

REPAIRS = {
    "podsys": "podsys deploy",
    "reboot": "a reboot",
    "hands": "somebody, by hand",
    "vendor": "the vendor",
}
# Checks that no file describes: they judge the look itself.
OWN_CHECKS = {
    "node.reachable": "The node answered the probe; one that did not is unknown, never healthy.",
    "run.covers_node": "Nodes left out by --limit stay unknown: a cluster is certified as a whole.",
    "run.complete": "The run came to its end and was not interrupted.",
    "apply.node": "Ansible did on the node what the plan says.",
    "apply.rollout": "The rollout was not stopped by its failure budget.",
}


def explain_fault(fault: Fault) -> list[Line]:
    """Everything known of a fault, in the order a reader asks."""
    blocks = "blocks training" if fault.blocks else "does not block training"
    return [
        ("id", fault.id),
        ("what", fault.title),
        ("status", f"{fault.status}, {blocks}"),
        ("symptom", fault.symptom),
        ("cause", fault.cause),
        ("remedy", fault.remedy),
        ("repaired by", REPAIRS[fault.repairs]),
        ("applies", fault.applies_text or "everywhere"),
        *_rules(fault),
        *([("explains", ", ".join(fault.explains))] if fault.explains else []),
        *(("source", source) for source in fault.source),
        ("in the lab", _describe_making(fault.lab, fault.id)),
    ]


def _rules(fault: Fault) -> Iterator[Line]:
    if fault.each:
        yield "looks at each", fault.each
    yield "found when", fault.when
    for name, value in fault.params.items():
        yield "bound", f"params.{name} = {value}"
    if fault.boot_grace_s:
        yield "after a boot", f"unknown instead for {fault.boot_grace_s} s"


def _describe_making(making: Making, id_: str) -> str:
    if making.none:
        return f"cannot be made: {making.none}"
    where = f" (platforms {', '.join(making.platforms)})" if making.platforms else ""
    return f"podsys lab break {id_} --node NODE{where}"


def explain_check(doc: CheckDoc) -> list[Line]:
    return [
        ("id", doc.id),
        ("what", doc.what),
        ("suite", f"{doc.suite}, level {doc.level}"),
        ("remedy", doc.remedy or "none is written down"),
    ]


def explain_own_check(id_: str, section: str | None = None) -> list[Line] | None:
    """`section` is what a section of the probe says of itself; None when there is none."""
    if id_ in OWN_CHECKS:
        return [("id", id_), ("what", OWN_CHECKS[id_])]
    if section is None:
        return None
    text = "A part of the probe that could not be read: all checks that need it wait."
    return [("id", id_), ("what", text), ("reads", section)]
