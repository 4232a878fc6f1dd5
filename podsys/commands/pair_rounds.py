"""Pairs of nodes in planned rounds, then again what those left in doubt; whatever measures them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from podsys.commands.pair_forecast import Pace, list_rounds
from podsys.core.locate.fabric import EndPair
from podsys.core.retests import pack_retests
from podsys.core.rounds import Pair, share_rounds
from podsys.effects.ssh import Command, Fleet
from podsys.model.finding import Measurement

# Who could not be reached so often costs no further round its time limit: once in a round and
# once by a simple question, say, which it has so many seconds to answer.
LOST_AFTER, ROLL_S = 2, 10.0


class Meter(Protocol):
    """Measures all pairs that it is given at once, and is a judge of what is worth another look.

    `nothing` is what it would record of a pair that gave no number.
    """

    def measure(self, pairs: Sequence[Pair]) -> Iterable[Measurement]: ...

    def nothing(
        self, pair: Pair, problem: str, lost: tuple[str, ...] = ()
    ) -> Iterable[Measurement]: ...

    def find_doubts(self, found: Sequence[Measurement]) -> list[EndPair]: ...


@dataclass
class PairRounds:
    """One run over all rounds. `name` is what people call these pairs.

    `record` gets each measurement at once. `known` are those of an earlier run that still hold.
    `left` is told how many seconds the planned rounds still take.
    """

    meter: Meter
    fleet: Fleet
    nodes: Sequence[str]
    pace: Pace
    name: str
    report: Callable[[str], None]
    leaves: Mapping[str, str] = field(default_factory=dict)
    record: Callable[[Measurement], None] = lambda _: None
    left: Callable[[float], None] = lambda _: None
    known: Sequence[Measurement] = ()
    losses: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)

    def measure(self, max_rounds: int) -> list[Measurement]:
        """All there is to know of the pairs, what was known before included."""
        budget = share_rounds(len(self.nodes), max_rounds)
        found = [*self.known, *self._measure_planned(budget.planned)]
        for _ in range(budget.retests):
            again = self._measure_doubtful(found)
            if not again:
                break
            found += again
        return found

    def _measure_planned(self, count: int) -> list[Measurement]:
        known = {_way(one) for one in self.known if one.value is not None}

        def is_known(pair: Pair) -> bool:
            """Nothing is missing of what this meter measures of a pair."""
            return known.issuperset(map(_way, self.meter.nothing(pair, "")))

        found: list[Measurement] = []
        rounds = list_rounds(self.nodes, count, self.leaves, is_known)
        for number, pairs in enumerate(rounds, 1):
            self.left((len(rounds) - number + 1) * self.pace.round_s(len(self.nodes)))
            which = f"round {number} of {len(rounds)}"
            self.report(f"{self.name}: {which}, {len(pairs)} pairs at once")
            found += self._measure_round(pairs)
        return found

    def _measure_doubtful(self, found: Sequence[Measurement]) -> list[Measurement]:
        """One round of what is in doubt; nothing when there is no doubt."""
        doubts = self.meter.find_doubts(found)
        pairs = pack_retests(ends for ends in doubts if not self._lost({n for n, _ in ends}))
        if not pairs:
            return []
        self.left(self.pace.round_s(len(self.nodes)))
        self.report(f"{self.name}: again " + ", ".join("--".join(pair) for pair in pairs))
        return self._measure_round(pairs)

    def _measure_round(self, pairs: Sequence[Pair]) -> list[Measurement]:
        """All pairs at once, as far as connections allow; who is lost costs nobody time."""
        found: list[Measurement] = []
        alive = [pair for pair in pairs if not self._lost({*pair})]
        turn = self.pace.at_once
        for start in range(0, len(alive), turn):
            now = [*self._record(self.meter.measure(alive[start : start + turn]))]
            self._note_losses({node: one.problem for one in now for node in one.lost})
            found += now
        self._ask_lost({node for pair in alive for node in pair})
        for pair in pairs:
            if pair not in alive:
                found += self._record(self._leave_out(pair))
        return found

    def _record(self, found: Iterable[Measurement]) -> Iterator[Measurement]:
        for one in found:
            self.record(one)
            yield one

    def _leave_out(self, pair: Pair) -> Iterable[Measurement]:
        lost = self._lost({*pair})
        return self.meter.nothing(pair, self.reasons[lost[0]], lost)

    def _note_losses(self, problems: Mapping[str, str]) -> None:
        self.losses.update(problems.keys())
        self.reasons |= problems

    def _ask_lost(self, nodes: set[str]) -> None:
        """Who could not be reached is asked a simple question before it costs another round."""
        asked = [node for node in sorted(nodes) if 0 < self.losses[node] < LOST_AFTER]
        self._note_losses(find_lost(self.fleet, asked))

    def _lost(self, nodes: set[str]) -> tuple[str, ...]:
        return tuple(sorted(node for node in nodes if self.losses[node] >= LOST_AFTER))


def find_lost(fleet: Fleet, nodes: Iterable[str]) -> dict[str, str]:
    """Who does not answer a simple question, with the reason."""
    asked = dict.fromkeys(nodes, Command("true"))
    answers = fleet.run_each(asked, ROLL_S) if asked else ()
    return {one.node: f"{one.node}: {one.error}" for one in answers if one.error}


def _way(one: Measurement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return one.nodes, one.rails
