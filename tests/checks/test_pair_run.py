"""Rounds, retests and losses of a pair run, against a fleet that answers from a script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from podsys.commands.pair_forecast import Pace
from podsys.commands.pair_rounds import LOST_AFTER, PairRounds
from podsys.commands.pairs import TcpPairs
from podsys.core.check_lines import as_line
from podsys.core.judge import judge_lines
from podsys.core.rounds import RETEST_ROUNDS
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement
from tests.core.fleet_sim import BASELINE, LINE_RATE

LOSS = Baseline(
    metric="tcp_pair_resent",
    unit="%",
    ceiling_of_median=5,
    least=0.3,
    scope="",
    source="test",
    date="2026-01-01",
)


def iperf3_answer(gbps: float, resent: int = 0) -> bytes:
    rate = gbps * 1e9
    way = {"seconds": 2.0, "bytes": round(rate * 2 / 8), "bits_per_second": rate}
    asked = {"protocol": "TCP", "duration": 2, "reverse": 0}
    start = {"test_start": asked, "tcp_mss_default": 1448}
    sent = way | {"retransmits": resent}
    end = {"sum_received": way, "sum_received_bidir_reverse": way}
    end |= {"sum_sent": sent, "sum_sent_bidir_reverse": sent}
    return json.dumps({"start": start, "end": end}).encode()


class ScriptedFleet:
    """Knows who talks to whom by the address in the command. `dying`: dead from that round on."""

    def __init__(self, rates: Mapping[frozenset[str], list[float]], dead: set[str]) -> None:
        self.rates, self.dead = rates, dead
        self.dying: dict[str, int] = {}
        self.resent: dict[frozenset[str], int] = {}
        self.rounds: list[set[str]] = []

    def run_each(self, commands: Mapping[str, Command], _: float) -> Iterator[Outcome]:
        self.rounds.append(set(commands))
        self.dead |= {node for node, turn in self.dying.items() if len(self.rounds) >= turn}
        for node, command in commands.items():
            yield self._answer(node, command.text)

    def _answer(self, node: str, text: str) -> Outcome:
        if node in self.dead:
            return Outcome(node, None, b"", b"", "no route")
        if " -s " in text:
            return Outcome(node, 0, b"", b"")
        other = text.partition("iperf3 -c ")[2].split()[0]
        if other in self.dead:
            refused = {"error": "unable to connect to server: Connection refused"}
            return Outcome(node, 0, json.dumps(refused).encode(), b"")
        script = self.rates.get(frozenset({node, other}), [9.4])
        rate = script.pop(0) if len(script) > 1 else script[0]
        lost = self.resent.get(frozenset({node, other}), 0)
        return Outcome(node, 0, iperf3_answer(rate, lost), b"")


def make_rounds(fleet: ScriptedFleet, names: Sequence[str], at_once: int) -> PairRounds:
    meter = TcpPairs(
        fleet=cast(Fleet, fleet),
        addresses={name: name for name in names},
        seconds=2,
        check="network.pairs",
        keep=lambda name, text: name,
        baseline=BASELINE,
        line_rate=LINE_RATE,
        loss_baseline=LOSS,
    )
    pace = Pace(3, 20, at_once)
    return PairRounds(meter, cast(Fleet, fleet), names, pace, "pairs", lambda _: None)


def run(
    nodes: int,
    rates: dict[frozenset[str], list[float]] | None = None,
    dead: set[str] | None = None,
    dying: dict[str, int] | None = None,
    resent: dict[frozenset[str], int] | None = None,
    known: Sequence[Measurement] = (),
) -> tuple[ScriptedFleet, Any]:
    fleet = ScriptedFleet(rates or {}, dead or set())
    fleet.dying, fleet.resent = dying or {}, resent or {}
    names = [f"n{number}" for number in range(1, nodes + 1)]
    recorded: list[Measurement] = []
    job = make_rounds(fleet, names, at_once=8)
    job.record, job.known = recorded.append, known
    measurements = job.measure(8)
    assert measurements == [*known, *recorded]
    lines = [as_line(one) for one in measurements]
    baselines = {"tcp_pair_bw": BASELINE, "tcp_pair_resent": LOSS}
    return fleet, judge_lines(lines, baselines, LINE_RATE, names)


def test_a_healthy_fleet_needs_no_retest() -> None:
    fleet, verdict = run(4)
    assert len(fleet.rounds) == 3
    assert {str(finding.status) for finding in verdict.findings} == {"pass"}


def test_a_link_slow_once_is_measured_until_decided() -> None:
    link = frozenset({"n1", "n2"})
    fleet, verdict = run(4, {link: [1.0, 9.4, 9.4]})
    assert len(fleet.rounds) == 3 + 2
    assert not verdict.suspects
    assert [str(f.status) for f in verdict.findings if f.nodes == ("n1", "n2")] == ["warn"]


def test_a_link_slow_twice_is_a_suspect() -> None:
    fleet, verdict = run(4, {frozenset({"n1", "n2"}): [1.0]})
    assert len(fleet.rounds) == 3 + 1
    assert [suspect.id for suspect in verdict.suspects] == ["n1--n2"]


def test_a_slow_node_is_confirmed_with_a_good_partner() -> None:
    rates = {frozenset({"n3", other}): [1.0] for other in ("n1", "n2", "n4")}
    fleet, verdict = run(4, rates)
    assert len(fleet.rounds) == 3 + 1
    assert "n3" in fleet.rounds[-1]
    assert [suspect.id for suspect in verdict.suspects] == ["n3"]


def test_a_dead_node_costs_two_rounds_and_is_unknown() -> None:
    fleet, verdict = run(6, dead={"n5"})
    assert sum("n5" in asked for asked in fleet.rounds) == LOST_AFTER
    unknown = [f for f in verdict.findings if str(f.status) == "unknown"]
    assert [finding.nodes for finding in unknown] == [("n5",)]
    assert "no route" in unknown[0].evidence
    assert not verdict.suspects


def test_nobody_is_busy_twice_and_the_budget_holds() -> None:
    rates = {frozenset({f"n{a}", f"n{b}"}): [1.0, 9.4] for a in range(1, 9) for b in range(1, a)}
    fleet, _ = run(8, rates)
    assert len(fleet.rounds) <= 7 + RETEST_ROUNDS


def test_few_connections_split_a_round() -> None:
    fleet = ScriptedFleet({}, set())
    names = [f"n{number}" for number in range(1, 9)]
    found = make_rounds(fleet, names, at_once=2).measure(1)
    assert [len(asked) for asked in fleet.rounds] == [4, 4]
    assert len([one for one in found if one.metric == "tcp_pair_bw"]) == 8


def test_a_node_that_dies_in_mid_run_is_named_and_its_partners_keep_their_pass() -> None:
    fleet, verdict = run(6, dying={"n5": 2})
    assert sum("n5" in asked for asked in fleet.rounds) == 1 + LOST_AFTER
    bad = {f.nodes: f.evidence for f in verdict.findings if str(f.status) != "pass"}
    assert [*bad] == [("n5",)]
    assert "lost while it was measured" in bad["n5",]
    assert "no route" in bad["n5",]


def test_a_node_that_was_away_once_is_kept_as_intermittent() -> None:
    known = [
        Measurement("network.pairs", "tcp_pair_bw", way, None, "Gbit/s", "", "gone", lost=("n1",))
        for way in (("n1", "n2"), ("n2", "n1"))
    ]
    _, verdict = run(4, known=known)
    warned = [f for f in verdict.findings if str(f.status) == "warn"]
    assert [f.nodes for f in warned] == [("n1",)]
    assert "intermittent" in warned[0].evidence


def test_what_is_known_is_not_measured_again() -> None:
    known = [
        Measurement("network.pairs", "tcp_pair_bw", way, 9.4, "Gbit/s", carried="then")
        for way in (("n1", "n2"), ("n2", "n1"), ("n3", "n4"), ("n4", "n3"))
    ]
    fleet, verdict = run(4, known=known)
    assert len(fleet.rounds) == 2
    assert {str(f.status) for f in verdict.findings} == {"pass"}
    good = next(f for f in verdict.findings if f.nodes == ("n1",))
    assert good.carried == ("then",)
    assert "2 of 6 measurements carried over from run then" in good.evidence


def test_a_lossy_node_is_looked_at_again_and_named() -> None:
    # Two seconds at 9.4 Gbit/s are 1.6 million segments; a hundredth of them is sent again.
    lossy = {frozenset({"n3", other}): 16_000 for other in ("n1", "n2", "n4")}
    fleet, verdict = run(4, resent=lossy)
    assert [(s.kind, s.id) for s in verdict.suspects] == [("node", "n3")]
    assert "n3" in fleet.rounds[-1]
    assert len(fleet.rounds) > 3


def test_a_path_that_lost_packets_once_is_measured_again() -> None:
    fleet, verdict = run(4, resent={frozenset({"n1", "n2"}): 16_000})
    assert len(fleet.rounds) == 3 + 1
    assert [(s.kind, s.id) for s in verdict.suspects] == [("link", "n1--n2")]
