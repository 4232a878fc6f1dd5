"""GPUs of all nodes together: can every node take part, with how many, and by which program?"""

from __future__ import annotations

import pytest

from podsys.commands.check_session import CheckCluster
from podsys.core.launchers.node_tool import FOLDERS, NodeTool, count_gpus, decide
from podsys.effects.ssh import Command, Fleet
from podsys.model.facts import NodeFacts
from podsys.model.status import Status

# Who does not answer a simple question within this time is not there.
ROLL_S = 10.0


def have_gpus(cluster: CheckCluster) -> bool:
    """Whether any node has: else there is nothing to forecast."""
    return any(count_gpus(cluster.facts[node]) for node in cluster.nodes if node in cluster.facts)


def demand_gpus(cluster: CheckCluster, tool: NodeTool) -> int:
    """How many each node has. Skips where none has any; who cannot take part is no pass."""
    verdicts = [decide(tool, cluster.facts.get(node, NodeFacts(node))) for node in cluster.nodes]
    reasons = [verdict for verdict in verdicts if verdict]
    if all(verdict and verdict[0] is Status.SKIP for verdict in verdicts):
        pytest.skip("no node has GPUs")
    if reasons:
        raise RuntimeError(f"not every node can take part: {reasons[0][1]}")
    counts = {count_gpus(cluster.facts[node]) for node in cluster.nodes}
    if len(counts) > 1:
        raise RuntimeError("the nodes have different numbers of GPUs")
    return counts.pop()


def all_have(cluster: CheckCluster, fleet: Fleet, program: str) -> bool:
    """Ranks must all run the same; whoever does not answer now is found by what follows."""
    path = ":".join([*cluster.spec.accept.tools, "$PATH", *FOLDERS])
    asked = dict.fromkeys(cluster.nodes, Command(f"PATH={path}; command -v {program}"))
    answers = list(fleet.run_each(asked, ROLL_S))
    return all(answer.ok or answer.error for answer in answers)
