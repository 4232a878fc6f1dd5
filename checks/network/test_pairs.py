"""Every node against others, many pairs at once: is each node and each link fast enough?"""

import pytest

from podsys.commands.pair_forecast import forecast_rounds
from podsys.commands.pairs import METRIC, TcpPairs, pace_of
from podsys.core.judge.resent import METRIC as RESENT
from podsys.core.topology import fabric_of


def forecast(cluster):
    return forecast_rounds(cluster, "network.pairs", cluster.nodes, pace_of(cluster))


@pytest.mark.check(
    id="network.pairs",
    level=3,
    suite="network",
    measures=[METRIC],
    remedy="look at cable, port speed (ethtool) and switch counters of the node or link named",
    takes=forecast,
    continues=True,
)
def test_pairs(cluster, fleet, keep, check_id, measure_pairs):
    if len(cluster.spec.nodes) < 2:
        pytest.skip("one node has nobody to be measured with")
    meter = TcpPairs(
        fleet=fleet,
        addresses=cluster.addresses,
        seconds=cluster.spec.accept.seconds_per_pair,
        check=check_id,
        keep=keep,
        baseline=cluster.baselines.get(METRIC),
        line_rate=cluster.line_rate_gbps,
        loss_baseline=cluster.baselines.get(RESENT),
        fabric=fabric_of(cluster.spec),
    )
    if not measure_pairs(meter, cluster.nodes, pace_of(cluster)):
        raise RuntimeError("fewer than two nodes can be reached")
