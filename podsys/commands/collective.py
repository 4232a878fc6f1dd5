"""A collective: run over any of the nodes, and what became of each trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from podsys.core.launchers.mpirun import GRACE_S, MpiJob
from podsys.core.parsers import Unreadable
from podsys.core.parsers.allreduce import Allreduce, parse
from podsys.effects.mpirun import JobOutcome, run_job
from podsys.effects.ssh import Command, Fleet
from podsys.effects.ssh.outcome import MARK
from podsys.effects.sweep import name_scratch
from podsys.model.spec import ClusterSpec

# Starting ranks, connecting them and moving the messages; a collective that hangs costs it all.
LIMIT_S, LIMIT_PER_NODE_S = 30, 0.1
# Who does not answer a simple question within this time is not there.
ROLL_S = 10.0


def limit_of(nodes: int) -> int:
    return ceil(LIMIT_S + LIMIT_PER_NODE_S * nodes)


@dataclass(frozen=True, slots=True)
class Trial:
    """One collective over these nodes. `problem`: why it gave no numbers."""

    nodes: tuple[str, ...]
    found: Allreduce | None
    problem: str
    evidence: str
    seconds: float

    @property
    def gbps(self) -> float:
        return self.found.largest.busbw_gbps if self.found else 0.0

    @property
    def failed(self) -> bool:
        return self.found is None or self.found.wrong > 0


@dataclass
class Collective:
    """A way to run the allreduce over any of the nodes, and what became of each trial.

    `floor_gbps`: what is slower is measured again.
    """

    spec: ClusterSpec
    known_hosts: Path
    program: str
    check: str
    keep: Callable[[str, str], str]
    fleet: Fleet
    mark: str = ""
    report: Callable[[str], None] = lambda _: None
    floor_gbps: float = 0.0
    trials: list[Trial] = field(default_factory=list)

    def run(self, nodes: Sequence[str]) -> Trial:
        addresses = [self.spec.nodes[node].address for node in nodes]
        limit = limit_of(len(nodes))
        # The nodes' way to each other: OpenSSH's config is the admin node's alone.
        job = MpiJob(
            addresses, self.program, limit, self.spec.ssh.user == "root",
            self.spec.ssh.port or 22, {MARK: self.mark} if self.mark else {},
            name_scratch(self.mark) if self.mark else "",
        )  # fmt: skip
        command, most = job.command(), limit + 2 * GRACE_S
        outcome = run_job(self.spec.ssh, addresses[0], self.known_hosts, command, most)
        evidence = self.keep("allreduce.txt", outcome.stdout + outcome.stderr)
        try:
            trial = Trial(tuple(nodes), _read(outcome), "", evidence, outcome.seconds)
        except Unreadable as error:
            trial = Trial(tuple(nodes), None, error.reason, evidence, outcome.seconds)
        self.trials.append(trial)
        return trial

    def is_slow(self, trial: Trial) -> bool:
        return not trial.failed and trial.gbps < self.floor_gbps

    def fails(self, nodes: Sequence[str]) -> bool | None:
        """A test for `split_group`; one node alone has nobody to exchange with."""
        if len(nodes) < 2:
            return None
        self.report(f"allreduce: again over {len(nodes)} nodes, to tell who makes it fail")
        return self.run(self._good_first(nodes)).failed

    def _good_first(self, nodes: Sequence[str]) -> list[str]:
        """mpirun runs on the first node, where a broken one may well be of use."""
        good = {node for trial in self.trials if not trial.failed for node in trial.nodes}
        return sorted(nodes, key=lambda node: node not in good)

    def find_silent(self, nodes: Sequence[str]) -> dict[str, str]:
        """Who does not answer at all, and why."""
        asked = dict.fromkeys(nodes, Command("true"))
        answers = self.fleet.run_each(asked, ROLL_S)
        return {answer.node: answer.error for answer in answers if answer.error}


def _read(outcome: JobOutcome) -> Allreduce:
    """A job that ended badly gives no numbers, even if it printed some."""
    if outcome.error:
        raise Unreadable(outcome.error)
    if outcome.code:
        raise Unreadable(f"mpirun ended with code {outcome.code}: {_first_words(outcome.stderr)}")
    return parse(outcome.stdout)


def _first_words(text: str) -> str:
    """The first lines that say something; Open MPI frames its words and warns of trifles."""
    lines = (line.strip(" -\t") for line in text.splitlines())
    return " ".join([line for line in lines if line and "Warning: setpgid" not in line][:3])
