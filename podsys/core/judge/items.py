"""Passive checks: every wanted item of a node judged by what was read from the machine."""

from __future__ import annotations

from collections.abc import Mapping

from podsys.core.alike import Alike, Wanted, group_readings
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.item import Item, Reading
from podsys.model.status import Status
from podsys.node.compare import differs

SUITE = "passive"
DEPLOY = "podsys deploy"
REBOOT = "reboot"
REPAIRS = {DEPLOY: "podsys", REBOOT: "reboot"}


def judge_items(
    wanted: Wanted,
    facts: Mapping[str, NodeFacts],
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """One finding per item and reading, with all nodes that read it so.

    Nodes that could not be reached have none; `sources` maps an item's id to where its value
    comes from.
    """
    origin = sources or {}
    return [_judge(one, origin.get(one.item.id, "")) for one in group_readings(wanted, facts)]


def _judge(alike: Alike, source: str) -> Finding:
    item = alike.item
    status, evidence, remedy = _decide(item, alike.reading)
    return Finding(
        check=item.id,
        suite=SUITE,
        nodes=alike.nodes,
        status=status,
        metric=item.key,
        value=_describe(alike.reading),
        expected=_expected(item),
        source=source,
        evidence=evidence,
        remedy=remedy,
        repairs=REPAIRS.get(remedy, ""),
        blocks=False,
    )


def _decide(item: Item, reading: Reading | None) -> tuple[Status, str, str]:
    """Status, evidence and remedy of one item."""
    if reading is None:
        return Status.UNKNOWN, "the probe did not report it", ""
    if reading.get("error"):
        return Status.UNKNOWN, reading["error"], ""
    if reading.get("absent"):
        return Status.SKIP, reading["absent"], ""
    try:
        faces = differs(item.value, item.compare, dict(reading))
    except ValueError as error:
        return Status.UNKNOWN, f"the reading cannot be compared: {error}", ""
    note = reading.get("note", "")
    return _decide_difference(item, reading, faces, note) if faces else (Status.PASS, note, "")


def _decide_difference(
    item: Item, reading: Reading, faces: list[str], note: str
) -> tuple[Status, str, str]:
    evidence = "; ".join(part for part in (f"{' and '.join(faces)} differs", note) if part)
    if item.advisory:
        return Status.SKIP, f"advisory: not adopted, {evidence}", ""
    waits_for_boot = item.reboot and faces == ["live"] and "persistent" in reading
    return Status.FAIL, evidence, REBOOT if waits_for_boot else DEPLOY


def _expected(item: Item) -> str:
    sign = {"equal": "", "at_least": ">= ", "at_most": "<= "}[item.compare]
    return sign + item.value


def _describe(reading: Reading | None) -> str | None:
    """The faces found; one word when they agree."""
    if reading is None or reading.get("error") or reading.get("absent"):
        return None
    live, saved = reading.get("live"), reading.get("persistent")
    if live is None or saved is None or live == saved:
        return saved if live is None else live
    return f"live {live}, saved {saved}"
