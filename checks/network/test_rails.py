"""Rail by rail: does every RDMA port of each node move data at its rate, both ways?"""

import pytest

from podsys.commands.pair_forecast import forecast_rounds
from podsys.commands.rail_pairs import METRIC, RailPairs, pace_of
from podsys.core.practice import has_emulated_hardware
from podsys.core.rails import find_rail_rate, find_rails
from podsys.core.topology import fabric_of
from podsys.model.facts import NodeFacts
from podsys.model.forecast import Forecast


def forecast(cluster):
    having = [n for n in cluster.nodes if find_rails(cluster.facts.get(n, NodeFacts(n)))]
    if len(having) < 2:
        return Forecast(0.1, 60, "fewer than two nodes have RDMA ports")
    return forecast_rounds(cluster, "network.rails", having, pace_of(cluster))


@pytest.mark.check(
    id="network.rails",
    level=3,
    suite="network",
    takes=forecast,
    measures=[METRIC],
    remedy="ibstat, mlxlink -m and the switch port of the rail named; PFC and GID index for RoCE",
    continues=True,
)
def test_rails(cluster, fleet, keep, check_id, expect_pairs, measure_pairs):
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
    rate = find_rail_rate(able)
    expect_pairs(METRIC, rate, having)
    meter = RailPairs(
        fleet=fleet,
        addresses=cluster.addresses,
        rails=able,
        seconds=cluster.spec.accept.seconds_per_pair,
        check=check_id,
        keep=keep,
        baseline=cluster.baselines.get(METRIC),
        line_rate=rate,
        fabric=fabric_of(cluster.spec),
    )
    measure_pairs(meter, list(able), pace_of(cluster))
