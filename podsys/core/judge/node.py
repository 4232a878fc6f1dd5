"""A node's facts judged: is it there, is it in good order?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from podsys.model.baseline import Baseline
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.status import Status

SUITE = "passive"
Baselines = Mapping[str, Baseline]


def judge_node(facts: NodeFacts, baselines: Baselines) -> list[Finding]:
    """Everything known of one node beyond its wanted items."""
    if not facts.reachable:
        remedy = f"log in to {facts.node} by hand: ssh, power, network"
        return [_find(facts, "node.reachable", Status.UNKNOWN, facts.error, remedy)]
    findings = [_find(facts, "node.reachable", Status.PASS, "the probe answered")]
    findings += _judge_sections(facts)
    for section, judge in RULES.items():
        if section not in facts.sections:
            evidence = "the probe did not report this section"
            findings.append(_find(facts, f"node.{section}", Status.UNKNOWN, evidence))
        elif facts.sections[section].status == "ok":
            findings += judge(facts, baselines)
    return findings


def _judge_sections(facts: NodeFacts) -> Iterator[Finding]:
    for name, section in sorted(facts.sections.items()):
        if section.status != "ok":
            reason = section.reason or "the probe gave no reason"
            yield _find(facts, f"node.{name}", Status.UNKNOWN, reason)


def _judge_clock(facts: NodeFacts, baselines: Baselines) -> Iterator[Finding]:
    """Synchronised, and near enough; a daemon that runs is no proof of either."""
    source = f"{facts.get('clock.daemon') or 'no time daemon'}, {facts.get('clock.source') or '?'}"
    state = facts.get("clock.synchronised")
    status = {True: Status.PASS, False: Status.FAIL}.get(state, Status.UNKNOWN)
    yield _find(facts, "node.clock_synchronised", status, source, "chronyc tracking")
    offset = facts.get("clock.offset_s")
    size = abs(offset) if isinstance(offset, int | float) else None
    yield _judge_ceiling(facts, "node.clock_offset", size, baselines.get("clock_offset"), source)


def _judge_disks(facts: NodeFacts, baselines: Baselines) -> Iterator[Finding]:
    mounts = facts.get("disks.mounts")
    if not mounts:
        yield _find(facts, "node.disk_used", Status.UNKNOWN, "no filesystem was reported")
        return
    for mount in mounts:
        where = f"{mount.get('path')} ({mount.get('fs')})"
        bound = baselines.get("disk_used")
        yield _judge_ceiling(facts, "node.disk_used", mount.get("used_pct"), bound, where)
        if mount.get("inodes_pct") is not None:
            evidence = f"inodes of {where}"
            yield _judge_ceiling(facts, "node.disk_inodes", mount["inodes_pct"], bound, evidence)
    yield from _judge_root(facts, mounts)


def _judge_root(facts: NodeFacts, mounts: list[dict[str, Any]]) -> Iterator[Finding]:
    states = [mount.get("read_only") for mount in mounts if mount.get("path") == "/"]
    known: Any = states[0] if states else None
    status = {True: Status.FAIL, False: Status.PASS}.get(known, Status.UNKNOWN)
    evidence = {Status.FAIL: "/ is mounted read-only", Status.PASS: "/ is writable"}
    remedy = "look for disk errors in the kernel log, then remount or reboot"
    text = evidence.get(status, "the state of / was not reported")
    yield _find(facts, "node.root_writable", status, text, remedy)


def _judge_packages(facts: NodeFacts, _: Baselines) -> Iterator[Finding]:
    broken = facts.get("packages.broken")
    yield _judge_empty(
        facts,
        "node.packages_clean",
        broken,
        Status.FAIL,
        "dpkg --configure -a && apt-get -f install",
    )


def _judge_units(facts: NodeFacts, _: Baselines) -> Iterator[Finding]:
    failed = facts.get("units.failed")
    yield _judge_empty(facts, "node.units_healthy", failed, Status.WARN, "systemctl status UNIT")


def _judge_names(facts: NodeFacts, _: Baselines) -> Iterator[Finding]:
    """MPI and NCCL hand the own address to their peers; a loopback address hangs them."""
    only = facts.get("names.loopback_only")
    addresses = facts.get("names.hostname_addresses")
    if only is None or addresses is None:
        yield _find(facts, "node.own_name", Status.UNKNOWN, "the own name was not resolved")
        return
    status = Status.WARN if only or not addresses else Status.PASS
    evidence = "the own name resolves to " + (", ".join(map(str, addresses)) or "nothing")
    yield _find(facts, "node.own_name", status, evidence, "podsys deploy")


def _judge_empty(
    facts: NodeFacts, check: str, found: object, otherwise: Status, remedy: str
) -> Finding:
    if not isinstance(found, list):
        return _find(facts, check, Status.UNKNOWN, "the list was not reported")
    if found:
        return _find(facts, check, otherwise, ", ".join(map(str, found)), remedy)
    return _find(facts, check, Status.PASS, "none")


def _judge_ceiling(
    facts: NodeFacts, check: str, value: object, bound: Baseline | None, evidence: str
) -> Finding:
    if not isinstance(value, int | float):
        return _find(facts, check, Status.UNKNOWN, f"no number was reported: {evidence}")
    if bound is None or bound.ceiling is None:
        return _find(facts, check, Status.UNKNOWN, f"no baseline: {evidence}")
    return Finding(
        check=check,
        suite=SUITE,
        nodes=(facts.node,),
        status=Status.PASS if value <= bound.ceiling else Status.FAIL,
        metric=bound.metric,
        value=value,
        unit=bound.unit,
        expected=f"<= {bound.ceiling:g} {bound.unit}",
        source=bound.source,
        evidence=evidence,
    )


def _find(facts: NodeFacts, check: str, status: Status, evidence: str, remedy: str = "") -> Finding:
    shown = remedy if status in (Status.FAIL, Status.WARN, Status.UNKNOWN) else ""
    return Finding(check, SUITE, (facts.node,), status, evidence=evidence, remedy=shown)


# A section that is missing from the probe's answer is unknown under its own name.
RULES: Mapping[str, Callable[[NodeFacts, Baselines], Iterator[Finding]]] = {
    "clock": _judge_clock,
    "disks": _judge_disks,
    "names": _judge_names,
    "packages": _judge_packages,
    "units": _judge_units,
}
