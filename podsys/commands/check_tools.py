"""Runs a measuring tool on all nodes at once, and records what each printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil

import pytest

from podsys.commands.check_marks import CheckMark
from podsys.commands.check_session import CheckCluster
from podsys.core.check_lines import CheckOutcome, CheckOutput
from podsys.core.launchers.node_tool import ABSENT_CODE, NodeTool, decide
from podsys.core.practice import shares_its_machine
from podsys.core.recognise import read_handed
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.facts import NodeFacts
from podsys.model.finding import Measurement
from podsys.model.forecast import Forecast
from podsys.model.output import Figure, ToolOutput
from podsys.model.status import Status

Record = Callable[[Measurement | CheckOutcome | CheckOutput], None]
# Ended by a time limit or a signal, or never begun.
TIMED_OUT = (124, 137, 143)
NO_RESULT = (*TIMED_OUT, ABSENT_CODE)
OWN = "podsys: "
# The line that ends a traceback; torchrun says whose it is.
RAISED = re.compile(r"(?:\[rank[0-9]+\]:\s*)?[\w.]{0,80}(?:Error|Exception): ")
# Connecting and logging in, beyond the time limit that the node keeps by itself.
CONNECT_S = 30.0


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One check's run of a tool. `keep` stores raw output and says where it lies."""

    cluster: CheckCluster
    fleet: Fleet
    mark: CheckMark
    record: Record
    keep: Callable[[str, str], str]
    report: Callable[[str], None]

    def __call__(self, tool: NodeTool) -> None:
        """On every node where it applies; the others are recorded with the reason."""
        chosen = {node: self._command(tool, facts) for node, facts in self._applies(tool).items()}
        if not chosen:
            pytest.skip(f"{tool.name}: applies to no node that is here")
        who = "1 node" if len(chosen) == 1 else f"{len(chosen)} nodes at once"
        self.report(f"{tool.name} on {who}, about {tool.seconds:.0f} s")
        measured = False
        for outcome in self.fleet.run_each(chosen, tool.limit_s + CONNECT_S):
            found = self._read(tool, outcome)
            self.record(found)
            measured = measured or isinstance(found, CheckOutput)
        if not measured:
            pytest.skip(f"{tool.name}: no node gave an output, each says why")

    def _applies(self, tool: NodeTool) -> Mapping[str, NodeFacts]:
        found, left_out = {}, dict[tuple[Status, str], list[str]]()
        for node in self.cluster.nodes:
            facts = self.cluster.facts.get(node, NodeFacts(node, "never probed"))
            verdict = decide(tool, facts)
            if verdict is None:
                found[node] = facts
            else:
                left_out.setdefault(verdict, []).append(node)
        for (status, reason), nodes in left_out.items():
            self.record(self._outcome(tuple(nodes), status, reason))
        return found

    def _command(self, tool: NodeTool, facts: NodeFacts) -> Command:
        return Command(tool.script(facts, self.cluster.spec.accept))

    def _read(self, tool: NodeTool, outcome: Outcome) -> CheckOutput | CheckOutcome:
        """Only what a parser recognises and reads counts; everything else is unknown.

        A tool that found a fault may say so by its exit code too: then its output speaks.
        """
        node, seconds = outcome.node, outcome.seconds
        text = outcome.stdout.decode(errors="replace")
        said = outcome.stderr.decode(errors="replace")
        evidence = self.keep(f"{self.mark.id}.{node}.txt", text + said)
        handed = read_handed(evidence or node, text)
        if outcome.error or outcome.code in NO_RESULT or (outcome.code and not handed.output):
            reason = explain(outcome.code, outcome.error, said or text)
            remedy = tool.remedy if outcome.code == ABSENT_CODE else ""
            return self._outcome((node,), Status.UNKNOWN, reason, remedy, seconds)
        if handed.output is None:
            return self._outcome((node,), Status.UNKNOWN, handed.reason, "", seconds)
        ended = (f"it ended with code {outcome.code}",) if outcome.code else ()
        return CheckOutput(
            check=self.mark.id,
            suite=self.mark.suite,
            nodes=(node,),
            evidence=evidence,
            output=replace(handed.output, gaps=(*handed.output.gaps, *ended)),
            platforms=self.cluster.platforms_of(node),
            shared=shares_its_machine(self.cluster.facts[node]),
            remedy=self.mark.remedy,
            seconds=seconds,
        )

    def _outcome(
        self,
        nodes: tuple[str, ...],
        status: Status,
        reason: str,
        remedy: str = "",
        seconds: float = 0.0,
    ) -> CheckOutcome:
        return CheckOutcome(self.mark.id, self.mark.suite, nodes, status, reason, remedy, seconds)


def takes(tool: NodeTool) -> Callable[[CheckCluster], Forecast]:
    """For a check's mark: how long the tool takes on these nodes, and its limit."""

    def forecast(cluster: CheckCluster) -> Forecast:
        known = [cluster.facts[node] for node in cluster.nodes if node in cluster.facts]
        count = sum(decide(tool, facts) is None for facts in known)
        if not count:
            return Forecast(0.1, CONNECT_S, f"{tool.name}: applies to no node")
        waves = ceil(count / max(cluster.spec.ssh.fan_out, len(cluster.nodes)))
        text = f"{tool.name} on {count} nodes at once" if count > 1 else f"{tool.name} on 1 node"
        return Forecast(waves * tool.seconds, waves * (tool.limit_s + 2 * CONNECT_S), text)

    return forecast


def as_output(found: Measurement, mark: CheckMark, cluster: CheckCluster) -> CheckOutput:
    """A number that a check made by itself, as the output of a tool."""
    figure = Figure(metric=found.metric, value=found.value, unit=found.unit, problem=found.problem)
    one = found.nodes[0] if len(found.nodes) == 1 else ""
    facts = cluster.facts.get(one)
    return CheckOutput(
        check=mark.id,
        suite=mark.suite,
        nodes=found.nodes,
        evidence=found.evidence,
        output=ToolOutput(tool=mark.id, figures=(figure,)),
        platforms=cluster.platforms_of(one) if one else (),
        shared=facts is not None and shares_its_machine(facts),
        remedy=mark.remedy,
        seconds=found.seconds,
    )


def explain(code: int | None, error: str, said: str) -> str:
    """What a person needs: the reason, not the whole output, which is kept.

    What a program of podsys's own says, else the first error that a Python program raised, else
    the last words: launchers frame theirs.
    """
    lines = [line.strip()[:200] for line in said.splitlines() if line.strip()]
    absent = [line for line in lines if line.startswith("not installed")]
    raised = [line for line in lines if RAISED.match(line)]
    own = [line.removeprefix(OWN) for line in lines if line.startswith(OWN)]
    spoken = [line for line in lines if any(map(str.isalnum, line))]
    last = (own or raised or spoken[-1:] or [""])[0]
    if error:
        return error
    if code in TIMED_OUT:
        return f"no result within the time limit{': ' + last if last else ''}"
    if code == ABSENT_CODE and absent:
        return absent[0]
    return f"it ended with code {code}{': ' + last if last else ''}"
