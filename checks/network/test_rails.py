"""Rail by rail: does every RDMA port of each node move data at its rate, both ways?"""

import pytest

from podsys.commands.rail_pairs import METRIC, RailRun
from podsys.core.launchers.perftest import KNOCK_S, OVERHEAD_S
from podsys.core.practice import has_emulated_hardware
from podsys.core.rails import find_rail_rate, find_rails
from podsys.core.rounds import share_rounds
from podsys.core.topology import leaves_of
from podsys.model.facts import NodeFacts
from podsys.model.forecast import Forecast


def forecast(cluster):
    """Both ways of each pair, one after the other."""
    having = [n for n in cluster.nodes if find_rails(cluster.facts.get(n, NodeFacts(n)))]
    if len(having) < 2:
        return Forecast(0.1, 60, "fewer than two nodes have RDMA ports")
    accept = cluster.spec.accept
    rounds = 2 * share_rounds(len(having), accept.max_rounds).planned
    most = accept.seconds_per_pair + KNOCK_S + 2 * OVERHEAD_S
    return Forecast(
        rounds * (accept.seconds_per_pair + 4) + 0.1, rounds * most + 60, f"{rounds} rounds"
    )


@pytest.mark.check(
    id="network.rails",
    level=3,
    suite="network",
    takes=forecast,
    measures=["rdma_pair_bw"],
    remedy="ibstat, mlxlink -m and the switch port of the rail named; PFC and GID index for RoCE",
)
def test_rails(cluster, fleet, record, keep, report, check_id, expect_pairs):
    known = [node for node in cluster.nodes if node in cluster.facts]
    having = [node for node in known if cluster.facts[node].get("infiniband.ports")]
    if len(having) < 2:
        pytest.skip("fewer than two nodes here have RDMA ports")
    if any(has_emulated_hardware(cluster.facts[node]) for node in having):
        raise RuntimeError("not measured: the RDMA ports are emulated")
    rails = {node: find_rails(cluster.facts[node]) for node in having}
    able = {node: found for node, found in rails.items() if found}
    if len(able) < 2:
        raise RuntimeError("fewer than two nodes have an active RDMA port")
    expect_pairs(METRIC, find_rail_rate(able), having)
    accept = cluster.spec.accept
    run = RailRun(fleet, cluster.addresses, able, accept.seconds_per_pair, check_id, keep, report)
    for measurement in run.measure(accept.max_rounds, leaves_of(cluster.spec)):
        record(measurement)
