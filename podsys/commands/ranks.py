"""Starts a program as one rank on each of some nodes, by the launcher that cluster.yaml names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podsys.core.launchers.ranks import Job, Placement, make_job, overhead_of
from podsys.effects.mpirun import JobOutcome, run_jobs
from podsys.effects.ssh.outcome import MARK
from podsys.effects.sweep import name_scratch
from podsys.model.spec import ClusterSpec


@dataclass(frozen=True, slots=True)
class Ranks:
    """`mark` is carried by all that is started, so that it can be found."""

    spec: ClusterSpec
    known_hosts: Path
    mark: str = ""

    @property
    def launcher(self) -> str:
        return self.spec.accept.launcher

    def run(self, nodes: Sequence[str], program: str, limit_s: int) -> JobOutcome:
        """The launcher runs on the first of `nodes`."""
        return self.run_each([nodes], program, limit_s)[0]

    def run_each(
        self, groups: Sequence[Sequence[str]], program: str, limit_s: int
    ) -> list[JobOutcome]:
        """A job of its own over each of these groups, all at once; no node is in two of them."""
        places = [self._place(nodes) for nodes in groups]
        jobs = {one.first: make_job(self.launcher, one, program, limit_s) for one in places}
        commands = {address: job.command() for address, job in jobs.items()}
        most_s = limit_s + overhead_of(self.launcher) + self.spec.ssh.timeout_s
        outcomes = run_jobs(self.spec.ssh, self.known_hosts, commands, most_s)
        return [_note_not_begun(jobs[one.first], outcomes[one.first]) for one in places]

    def _place(self, nodes: Sequence[str]) -> Placement:
        """The nodes' way to each other: OpenSSH's config is the admin node's alone."""
        return Placement(
            {node: self.spec.nodes[node].address for node in nodes},
            as_root=self.spec.ssh.user in (None, "root"),
            ssh_port=self.spec.ssh.port or 22,
            env={MARK: self.mark} if self.mark else {},
            scratch=name_scratch(self.mark) if self.mark else "",
        )


def _note_not_begun(job: Job, outcome: JobOutcome) -> JobOutcome:
    return replace(outcome, not_begun=job.why_not_begun(outcome.stderr) if outcome.code else "")
