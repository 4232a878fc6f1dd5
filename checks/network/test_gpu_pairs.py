"""The GPUs of two nodes, many pairs at once: is each node's way to others fast, and right?"""

from dataclasses import replace
from pathlib import Path
from statistics import multimode

import pytest

from podsys.commands.gpu_pairs import METRIC, SIZE, GpuPairs, pace_of
from podsys.commands.pair_forecast import forecast_rounds
from podsys.commands.ranks import Ranks
from podsys.core.judge.pair_wrong import METRIC as WRONG
from podsys.core.launchers.nccl import TOOL
from podsys.core.launchers.node_tool import FOLDERS, count_gpus, decide, needs_gpus
from podsys.core.launchers.ranks import with_arguments
from podsys.core.rails import find_gpu_rate
from podsys.core.topology import fabric_of
from podsys.model.facts import NodeFacts
from podsys.model.forecast import Forecast
from podsys.model.status import Status

PROGRAM = Path(__file__).with_name("start_nccl.py")
# One GPU is enough to have somebody in another node to exchange with.
ACROSS = replace(TOOL, find_reason=needs_gpus(1, "10de", "1002"))


def decide_each(cluster):
    """Why each node cannot take part, or None."""
    unseen = "never probed"
    return {n: decide(ACROSS, cluster.facts.get(n, NodeFacts(n, unseen))) for n in cluster.nodes}


def find_rate(cluster, nodes):
    """GB/s of a node's way to others, as most nodes have it."""
    rates = [rate for rate in (find_gpu_rate(cluster.facts[node]) for node in nodes) if rate]
    gbps = max(multimode(rates)) if rates else cluster.line_rate_gbps
    return gbps / 8 if gbps else None


def find_platforms(cluster, nodes):
    """The names of the server model that all of these are of."""
    kinds = {cluster.platforms_of(node) for node in nodes}
    return kinds.pop() if len(kinds) == 1 else ()


def forecast(cluster):
    able = [node for node, reason in decide_each(cluster).items() if reason is None]
    if len(able) < 2:
        return Forecast(0.1, 60, "fewer than two nodes have GPUs")
    return forecast_rounds(cluster, "network.gpu_pairs", able, pace_of(cluster))


@pytest.mark.check(
    id="network.gpu_pairs",
    level=3,
    suite="network",
    takes=forecast,
    measures=[METRIC, WRONG],
    remedy="podsys accept --level 2 for each node; network.rails; then NCCL_DEBUG=INFO by hand",
    continues=True,
)
def test_gpu_pairs(cluster, fleet, mark_commands, keep, check_id, expect_pairs, measure_pairs):
    verdicts = decide_each(cluster)
    unsure = [reason for status, reason in filter(None, verdicts.values()) if status != Status.SKIP]
    if unsure:
        raise RuntimeError(f"not every node can take part: {unsure[0]}")
    able = [node for node, verdict in verdicts.items() if verdict is None]
    if len(able) < 2:
        pytest.skip("fewer than two nodes here have GPUs")
    counts = {count_gpus(cluster.facts[node]) for node in able}
    if len(counts) > 1:
        raise RuntimeError("the nodes have different numbers of GPUs")
    rate, platforms = find_rate(cluster, able), find_platforms(cluster, able)
    expect_pairs(METRIC, rate, able, platforms)
    folders = ":".join([*cluster.spec.accept.tools, *FOLDERS])
    words = [folders, "all_reduce_perf", str(counts.pop()), SIZE, SIZE]
    meter = GpuPairs(
        ranks=Ranks(cluster.spec, cluster.known_hosts, mark_commands),
        fleet=fleet,
        program=with_arguments(PROGRAM.read_text(encoding="utf-8"), *words),
        check=check_id,
        keep=keep,
        baseline=cluster.baselines.get(METRIC),
        line_rate=rate,
        fabric=fabric_of(cluster.spec),
        bounds=cluster.whole.catalog.bounds,
        platforms=platforms,
    )
    measure_pairs(meter, able, pace_of(cluster))
