"""Thousands of nodes measured in pairs, with faults: rounds, suspects, retests, report."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.scale.fleet import name_nodes, write_cluster
from bench.scale.judging import judge_alone
from bench.scale.preparing import known_facts
from bench.scale.stages import Clock, report, use_one_core
from podsys.commands.common import load_catalog
from podsys.core.certificate import Examination, judge_nodes, make_certificate
from podsys.core.judge.pairs import judge_pairs, localise
from podsys.core.judge.thresholds import find_thresholds
from podsys.core.retests import retest_pairs
from podsys.core.rounds import Pair, pack_rounds, plan_rounds
from podsys.core.spec import parse_spec
from podsys.effects.render import render
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.report import ReportData
from podsys.model.spec import ClusterSpec
from podsys.view.report_html import report_context

ROUNDS = 8
LINE_RATE = 400.0
USUAL, SLOW = 372.0, 90.0
METRIC, UNIT = "tcp_pair_bw", "Gbit/s"


class Fleet:
    """Six slow nodes, three slow links, two nodes that are gone; the others are as they are."""

    def __init__(self, names: Sequence[str], links: Iterable[Pair]) -> None:
        chance = random.Random(4)
        faulty = chance.sample(list(names), 8)
        self.slow, self.dead = set(faulty[:6]), set(faulty[6:])
        self.links = {frozenset(pair) for pair in links}
        self.noise = random.Random(5)

    def measure(self, pairs: Iterable[Pair]) -> list[Measurement]:
        return [self._one(way) for pair in pairs for way in (pair, pair[::-1])]

    def _one(self, way: Pair) -> Measurement:
        if self.dead & {*way}:
            problem = f"{way[0]}: no answer within the time limit"
            return Measurement("network.pairs", METRIC, way, None, UNIT, "", problem, 12.0)
        slow = self.slow & {*way} or frozenset(way) in self.links
        value = (SLOW if slow else USUAL) * self.noise.gauss(1, 0.01)
        return Measurement("network.pairs", METRIC, way, value, UNIT, "raw/pairs.txt", "", 2.1)


def write_report(
    spec: ClusterSpec,
    facts: dict[str, NodeFacts],
    findings: list[Finding],
    suspects: list[Suspect],
    measurements: list[Measurement],
) -> str:
    examination = Examination(
        spec=spec,
        level=3,
        facts=facts,
        findings=findings,
        suspects=suspects,
        lock_sha256="3b" * 32,
        evidence={"results.jsonl": "a1" * 32},
        tool_versions={"podsys": "bench"},
    )
    data = ReportData(
        certificate=make_certificate(examination, datetime.now(UTC)),
        nodes=judge_nodes(examination),
        findings=tuple(findings),
        suspects=tuple(suspects),
        measurements=tuple(measurements),
        facts=facts,
    )
    return render("report.html.j2", **report_context(data))


def main() -> None:
    use_one_core()
    folder, size = Path(sys.argv[1]), int(sys.argv[2])
    names, catalog = name_nodes(size), load_catalog()
    spec, _ = parse_spec(write_cluster(size))
    assert spec
    facts = known_facts(size)
    clock, baseline = Clock(), catalog.baselines[METRIC]
    with clock.stage("rounds"):
        rounds = plan_rounds(names, ROUNDS)
    fleet = Fleet(names, rounds[1][10:40:10])
    found = [one for pairs in rounds for one in fleet.measure(pairs)]
    with clock.stage("suspects"):
        pairs, localised = localise(found, find_thresholds(found, baseline, LINE_RATE))
    with clock.stage("retests"):
        again = pack_rounds(retest_pairs(pairs, localised))
    for chosen in again:
        found += fleet.measure((one[0], other[0]) for one, other in chosen)
    with clock.stage("judge"):
        verdict = judge_pairs(found, baseline, LINE_RATE, names)
        findings = [*judge_alone(facts, catalog), *verdict.findings]
    with clock.stage("report"):
        page = write_report(spec, facts, findings, verdict.suspects, found)
    (folder / "report.html").write_text(page)
    blamed = sorted(one.id for one in verdict.suspects if one.kind == "node")
    report(clock, page_mb=round(len(page.encode()) / 1e6, 2), right=blamed == sorted(fleet.slow))


if __name__ == "__main__":
    main()
