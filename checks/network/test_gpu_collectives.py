"""All GPUs of all nodes at once: NCCL or RCCL over the fabric, by the standard tests."""

from pathlib import Path

import pytest

from podsys.commands.collectives import takes
from podsys.core.launchers.nccl import TOOL as WITHIN
from podsys.core.launchers.node_tool import FOLDERS, count_gpus, decide
from podsys.model.facts import NodeFacts
from podsys.model.forecast import Forecast
from podsys.model.status import Status

OPERATIONS = ("all_reduce", "all_gather", "reduce_scatter", "alltoall")
LIMIT_S = 900
NOTHING = Forecast(0.1, 60, "no node has GPUs")
PROGRAM = Path(__file__).with_name("start_nccl.py")


def forecast(cluster):
    applies = any(
        count_gpus(cluster.facts[node]) for node in cluster.nodes if node in cluster.facts
    )
    return takes(60 * len(OPERATIONS), LIMIT_S * len(OPERATIONS)) if applies else NOTHING


@pytest.mark.check(
    id="network.gpu_collectives",
    level=4,
    suite="network",
    takes=forecast,
    remedy="podsys accept --level 2 for each node, --level 3 for rails; then NCCL_DEBUG=INFO",
)
def test_gpu_collectives(cluster, run_collective):
    verdicts = [decide(WITHIN, cluster.facts.get(node, NodeFacts(node))) for node in cluster.nodes]
    reasons = [verdict for verdict in verdicts if verdict]
    if all(verdict and verdict[0] is Status.SKIP for verdict in verdicts):
        pytest.skip("no node has GPUs")
    if reasons:
        raise RuntimeError(f"not every node can take part: {reasons[0][1]}")
    counts = {count_gpus(cluster.facts[node]) for node in cluster.nodes}
    if len(counts) > 1:
        raise RuntimeError("the nodes have different numbers of GPUs")
    folders = ":".join([*cluster.spec.accept.tools, *FOLDERS])
    program, gpus = PROGRAM.read_text(encoding="utf-8"), str(counts.pop())
    for operation in OPERATIONS:
        words = [folders, f"{operation}_perf", gpus]
        run_collective(program, *words, limit_s=LIMIT_S, of_platform=True)
