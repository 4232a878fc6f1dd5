"""Starts a program as one rank on each of some nodes, by the launcher that cluster.yaml names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podsys.core.launchers.ranks import Placement, make_job, overhead_of
from podsys.effects.mpirun import JobOutcome, run_job
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
        place = self._place(nodes)
        job = make_job(self.launcher, place, program, limit_s)
        most_s = limit_s + overhead_of(self.launcher) + self.spec.ssh.timeout_s
        found = run_job(self.spec.ssh, place.first, self.known_hosts, job.command(), most_s)
        return replace(found, not_begun=job.why_not_begun(found.stderr) if found.code else "")

    def _place(self, nodes: Sequence[str]) -> Placement:
        """The nodes' way to each other: OpenSSH's config is the admin node's alone."""
        return Placement(
            {node: self.spec.nodes[node].address for node in nodes},
            as_root=self.spec.ssh.user in (None, "root"),
            ssh_port=self.spec.ssh.port or 22,
            env={MARK: self.mark} if self.mark else {},
            scratch=name_scratch(self.mark) if self.mark else "",
        )
