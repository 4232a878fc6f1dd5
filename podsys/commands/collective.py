"""A collective: run over any of the nodes, and what became of each trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

from podsys.commands.ranks import Ranks
from podsys.core.parsers import Unreadable
from podsys.core.parsers.allreduce import Allreduce, parse
from podsys.effects.mpirun import JobOutcome
from podsys.effects.ssh import Command, Fleet

# Starting ranks, connecting them and moving the messages; a collective that hangs costs it all.
LIMIT_S, LIMIT_PER_NODE_S = 30, 0.1
# Who does not answer a simple question within this time is not there.
ROLL_S = 10.0


def limit_of(nodes: int) -> int:
    return ceil(LIMIT_S + LIMIT_PER_NODE_S * nodes)


@dataclass(frozen=True, slots=True)
class Trial:
    """One collective over these nodes. `problem`: why it gave no numbers.

    One that was never `begun` tells nothing of its nodes.
    """

    nodes: tuple[str, ...]
    found: Allreduce | None
    problem: str
    evidence: str
    seconds: float
    begun: bool = True

    @property
    def gbps(self) -> float:
        return self.found.largest.busbw_gbps if self.found else 0.0

    @property
    def failed(self) -> bool:
        return self.begun and not self.passed

    @property
    def passed(self) -> bool:
        return self.found is not None and not self.found.wrong


@dataclass
class Collective:
    """A way to run the allreduce over any of the nodes, and what became of each trial.

    `floor_gbps`: what is slower is measured again.
    """

    ranks: Ranks
    program: str
    check: str
    keep: Callable[[str, str], str]
    fleet: Fleet
    report: Callable[[str], None] = lambda _: None
    floor_gbps: float = 0.0
    trials: list[Trial] = field(default_factory=list)

    def run(self, nodes: Sequence[str]) -> Trial:
        outcome = self.ranks.run(nodes, self.program, limit_of(len(nodes)))
        evidence = self.keep("allreduce.txt", outcome.stdout + outcome.stderr)
        found, problem = self._read(outcome)
        begun = not outcome.not_begun
        trial = Trial(tuple(nodes), found, problem, evidence, outcome.seconds, begun)
        self.trials.append(trial)
        return trial

    def is_slow(self, trial: Trial) -> bool:
        return trial.passed and trial.gbps < self.floor_gbps

    def fails(self, nodes: Sequence[str]) -> bool | None:
        """A test for `split_group`; one node alone has nobody to exchange with."""
        if len(nodes) < 2:
            return None
        self.report(f"allreduce: again over {len(nodes)} nodes, to tell who makes it fail")
        trial = self.run(self._good_first(nodes))
        return trial.failed if trial.begun else None

    def _good_first(self, nodes: Sequence[str]) -> list[str]:
        """The launcher runs on the first node, where a broken one may well be of use."""
        good = {node for trial in self.trials if trial.passed for node in trial.nodes}
        return sorted(nodes, key=lambda node: node not in good)

    def find_silent(self, nodes: Sequence[str]) -> dict[str, str]:
        """Who does not answer at all, and why."""
        asked = dict.fromkeys(nodes, Command("true"))
        answers = self.fleet.run_each(asked, ROLL_S)
        return {answer.node: answer.error for answer in answers if answer.error}

    def _read(self, outcome: JobOutcome) -> tuple[Allreduce | None, str]:
        """A job that ended badly gives no numbers, even if it printed some."""
        if outcome.not_begun or outcome.error:
            return None, outcome.not_begun or outcome.error
        if outcome.code:
            ended = f"{self.ranks.launcher} ended with code {outcome.code}"
            return None, f"{ended}: {_first_words(outcome.stderr)}"
        try:
            return parse(outcome.stdout), ""
        except Unreadable as error:
            return None, error.reason


def _first_words(text: str) -> str:
    """The first lines that say something; Open MPI frames its words and warns of trifles."""
    lines = (line.strip(" -\t") for line in text.splitlines())
    return " ".join([line for line in lines if line and "Warning: setpgid" not in line][:3])
