"""Collectives over all nodes: start one job, read what it printed, hand it over to be judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from podsys.commands.check_marks import CheckMark
from podsys.commands.check_session import CheckCluster
from podsys.commands.check_tools import Record, explain
from podsys.commands.ranks import Ranks
from podsys.core.check_lines import CheckOutput
from podsys.core.launchers.ranks import with_arguments
from podsys.core.recognise import read_handed
from podsys.model.forecast import Forecast
from podsys.model.output import ToolOutput

# Adds to what a job's output says what only podsys knows.
Refine = Callable[[ToolOutput], ToolOutput]
# Starting ranks and ending them, beyond the job's own limit.
OVERHEAD_S = 90.0


def takes(usual_s: float, limit_s: float) -> Forecast:
    """For a check's mark: the job itself, and starting and ending its ranks."""
    return Forecast(usual_s, limit_s + 2 * OVERHEAD_S, "all nodes at once")


@dataclass(frozen=True, slots=True)
class CollectiveRun:
    """One check's job over all nodes that are here."""

    cluster: CheckCluster
    mark: CheckMark
    record: Record
    keep: Callable[[str, str], str]
    report: Callable[[str], None]
    run_mark: str = ""

    def __call__(
        self,
        program: str,
        *words: str,
        limit_s: int,
        of_platform: bool = False,
        alone: bool = False,
        refine: Refine = lambda output: output,
    ) -> None:
        """Raises with the reason where there is no result; that is unknown, never a pass.

        `of_platform`: bounds of the nodes' server model hold too, where all are of one. `alone`:
        one node is enough. `refine` adds to what was read.
        """
        nodes = self.cluster.nodes
        if not alone and len(self.cluster.spec.nodes) < 2:
            pytest.skip("one node has nobody to exchange with")
        if len(nodes) < (1 if alone else 2):
            raise RuntimeError("fewer than two nodes can be reached")
        self.report(f"{self.mark.id.partition('.')[2]} over {len(nodes)} nodes")
        ranks = Ranks(self.cluster.spec, self.cluster.known_hosts, self.run_mark)
        outcome = ranks.run(nodes, with_arguments(program, *words), limit_s)
        evidence = self.keep(f"{self.mark.id}.txt", outcome.stdout + outcome.stderr)
        if outcome.error or outcome.code:
            said = outcome.stderr.strip() or outcome.stdout
            why = outcome.not_begun or explain(outcome.code, outcome.error, said)
            raise RuntimeError(why)
        handed = read_handed(evidence, outcome.stdout)
        if handed.output is None:
            raise RuntimeError(handed.reason)
        self.record(
            CheckOutput(
                check=self.mark.id,
                suite=self.mark.suite,
                nodes=tuple(nodes),
                evidence=evidence,
                output=refine(demand_nodes(handed.output, len(nodes))),
                remedy=self.mark.remedy,
                seconds=outcome.seconds,
                platforms=self._platforms() if of_platform else (),
            )
        )

    def _platforms(self) -> tuple[str, ...]:
        names = {self.cluster.platforms_of(node) for node in self.cluster.nodes}
        return names.pop() if len(names) == 1 else ()


def demand_nodes(output: ToolOutput, nodes: int) -> ToolOutput:
    """A tool without MPI runs on each node by itself, and says nothing of the fabric."""
    counts = [figure.setup.get("nodes") for figure in output.figures]
    if not counts or nodes in counts:
        return output
    gap = f"it ran over {counts[0] or 'an unknown number of'} nodes, not over {nodes}"
    return replace(output, gaps=(*output.gaps, gap), figures=())
