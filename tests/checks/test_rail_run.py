"""Rails of pairs in rounds, against a fleet that answers from a script as perftest does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from podsys.commands.pair_forecast import Pace
from podsys.commands.pair_rounds import LOST_AFTER, PairRounds
from podsys.commands.rail_pairs import METRIC, RailPairs
from podsys.core.check_lines import as_line
from podsys.core.judge import judge_lines
from podsys.core.judge.lines import ActiveVerdict
from podsys.core.locate.fabric import End
from podsys.core.rails import Rail
from podsys.core.rounds import RETEST_ROUNDS, share_rounds
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

RAILS = [Rail("mlx5_0", 400), Rail("mlx5_1", 400)]
BASELINE = Baseline(
    metric=METRIC, unit="Gbit/s", floor_of_line_rate=0.9, floor_of_median=0.93,
    scope="", source="test", date="2026-01-01",
)  # fmt: skip
RULE = "-" * 87 + "\n"
SIZE = 8388608


def perftest_answer(rate: float) -> str:
    """As `ib_write_bw -D` prints: in duration mode there is no peak."""
    messages = rate * 1e9 / 8 / SIZE / 1e6
    return (
        f"{RULE}                    RDMA_Write BW Test\n Link type       : IB\n{RULE}"
        " #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]\n"
        f" {SIZE}    9000             0.00               {rate:.2f}             {messages:.6f}\n"
        f"{RULE}"
    )


class ScriptedFleet:
    """`slow`: what an end reaches, attempt for attempt, the last for ever. `dead` do not answer."""

    def __init__(self, slow: Mapping[End, list[float]], dead: set[str]) -> None:
        self.slow, self.dead = slow, dead
        self.asked: list[set[str]] = []

    @property
    def rounds(self) -> int:
        """A round is one way, then the other; a roll call is none."""
        return len([nodes for nodes in self.asked if len(nodes) > 1]) // 2

    def run_each(self, commands: Mapping[str, Command], _: float) -> Iterator[Outcome]:
        self.asked.append(set(commands))
        for node, command in commands.items():
            yield self._answer(node, command.text)

    def _answer(self, node: str, text: str) -> Outcome:
        if node in self.dead:
            return Outcome(node, None, b"", b"", "no route")
        if "report_gbits n" not in text:
            return Outcome(node, 0, b"", b"")
        other = text.partition("report_gbits n")[2].split(";")[0].split(")")[0].split()[0]
        said = "".join(
            f"#podsys rail {rail.device}\n{self._of_rail((node, f'n{other}'), rail.device)}"
            for rail in RAILS
        )
        return Outcome(node, 0, said.encode(), b"")

    def _of_rail(self, nodes: tuple[str, str], rail: str) -> str:
        if self.dead.intersection(nodes):
            return "Couldn't connect to 10.0.0.1:20000\n"
        rates = [390.0]
        for node in nodes:
            script = self.slow.get((node, rail), [390.0])
            rates.append(script.pop(0) if len(script) > 1 else script[0])
        return perftest_answer(min(rates))


def run(
    nodes: int,
    slow: Mapping[End, list[float]] | None = None,
    dead: set[str] | None = None,
    known: Sequence[Measurement] = (),
) -> tuple[ScriptedFleet, ActiveVerdict, list[Measurement]]:
    fleet = ScriptedFleet(slow or {}, dead or set())
    names = [f"n{number:03}" for number in range(1, nodes + 1)]
    meter = RailPairs(
        cast(Fleet, fleet), {n: n for n in names}, dict.fromkeys(names, RAILS), 2, "network.rails",
        lambda name, _: name, BASELINE, 400.0,
    )  # fmt: skip
    pace = Pace(12, 60, 64)
    job = PairRounds(meter, cast(Fleet, fleet), names, pace, "rails", lambda _: None, known=known)
    found = job.measure(8)
    return (
        fleet,
        judge_lines([as_line(one) for one in found], {METRIC: BASELINE}, 400, names),
        found,
    )


def test_healthy_rails_are_measured_both_ways_and_need_no_retest() -> None:
    fleet, verdict, found = run(4)
    assert fleet.rounds == 3
    assert len(found) == 6 * 2 * 2
    assert {str(finding.status) for finding in verdict.findings} == {"pass"}


def test_a_slow_rail_is_confirmed_with_good_partners_and_named() -> None:
    fleet, verdict, _ = run(64, {("n010", "mlx5_1"): [340.0]})
    budget = share_rounds(64, 8)
    assert [(s.kind, s.id) for s in verdict.suspects] == [("rail", "n010/mlx5_1")]
    assert budget.planned < fleet.rounds <= budget.planned + budget.retests
    # In a retest nobody is bothered but the one in doubt and a partner for it.
    assert all("n010" in nodes and len(nodes) == 2 for nodes in fleet.asked[2 * budget.planned :])


def test_a_rail_that_was_slow_once_is_measured_until_decided_and_kept_as_intermittent() -> None:
    fleet, verdict, _ = run(4, {("n002", "mlx5_0"): [340.0, 390.0]})
    assert 3 < fleet.rounds <= 3 + RETEST_ROUNDS
    assert not verdict.suspects
    (warned,) = [f for f in verdict.findings if str(f.status) == "warn"]
    assert "intermittent: 2 attempts good, 1 slow" in warned.evidence
    assert "n002/mlx5_0" in warned.evidence


def test_a_rail_that_comes_and_goes_is_called_intermittent() -> None:
    comes_and_goes = [250.0, 250.0, 390.0, 390.0] * 10
    _, verdict, _ = run(64, {("n010", "mlx5_1"): comes_and_goes})
    (suspect,) = verdict.suspects
    assert (suspect.kind, suspect.id) == ("rail", "n010/mlx5_1")
    assert suspect.evidence.startswith("intermittent: ")


def test_a_dead_node_costs_one_round_and_its_partners_keep_their_pass() -> None:
    fleet, verdict, _ = run(6, dead={"n005"})
    assert sum("n005" in nodes for nodes in fleet.asked) == 2 + (LOST_AFTER - 1)
    bad = {f.nodes: f for f in verdict.findings if str(f.status) != "pass"}
    assert [*bad] == [("n005",)]
    assert str(bad["n005",].status) == "unknown"
    assert "no route" in bad["n005",].evidence


def known_rails(*rails: str) -> list[Measurement]:
    return [
        Measurement("network.rails", METRIC, way, 390.0, "Gbit/s", rails=(r, r), carried="then")
        for way in (("n001", "n002"), ("n002", "n001"))
        for r in rails
    ]


def test_what_is_known_of_all_rails_of_a_pair_is_not_measured_again() -> None:
    whole, _, _ = run(2, known=known_rails("mlx5_0", "mlx5_1"))
    assert whole.rounds == 0
    half, _, _ = run(2, known=known_rails("mlx5_0"))
    assert half.rounds == 1
