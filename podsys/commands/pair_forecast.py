"""What measuring pairs takes: rounds that are left, and seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil

from podsys.commands.check_session import CheckCluster
from podsys.core.launchers.iperf3 import OVERHEAD_S, PairTest
from podsys.core.locate.forecast import forecast_pairs
from podsys.core.rounds import Pair, plan_rounds, share_rounds
from podsys.core.topology import leaves_of
from podsys.model.finding import Measurement
from podsys.model.forecast import Forecast

CHECK = "network.pairs"
# What a round takes beyond measuring: starting the tools and exchanging results.
ROUND_OVERHEAD_S = 1.5


def count_at_once(cluster: CheckCluster) -> int:
    """Pairs that can be held at a time: both ends of each need a connection."""
    room = max(cluster.spec.ssh.fan_out, len(cluster.nodes))
    return max(1, min(512, room) // 2)


def forecast(cluster: CheckCluster) -> Forecast:
    """What measuring the pairs of this cluster takes."""
    accept, nodes = cluster.spec.accept, len(cluster.nodes)
    turns = max(1, ceil(nodes // 2 / count_at_once(cluster)))
    seconds = accept.seconds_per_pair
    hung_s = PairTest("", 0, seconds).limit_s + OVERHEAD_S + ROUND_OVERHEAD_S
    round_s = turns * (seconds + ROUND_OVERHEAD_S)
    whole = forecast_pairs(nodes, accept.max_rounds, round_s, turns * hung_s)
    known = cluster.measured_before(CHECK)
    if not known:
        return whole
    planned = share_rounds(nodes, accept.max_rounds).planned
    left = len(list_rounds(cluster.nodes, planned, leaves_of(cluster.spec), known))
    return replace(whole, usual_s=left * round_s, text=f"{left} of {planned} rounds are left")


def list_rounds(
    nodes: Iterable[str], rounds: int, leaves: Mapping[str, str], known: Iterable[Measurement]
) -> list[list[Pair]]:
    """Planned rounds without pairs that are known, and without those of which nothing is left."""
    done = {frozenset(one.nodes) for one in known if one.value is not None}
    planned = plan_rounds(sorted(nodes), rounds, leaves)
    left = ([pair for pair in pairs if frozenset(pair) not in done] for pairs in planned)
    return [pairs for pairs in left if pairs]
