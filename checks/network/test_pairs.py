"""Every node against others, many pairs at once: is each node and each link fast enough?"""

import pytest

from podsys.commands.pairs import PairRun, count_at_once, forecast
from podsys.core.topology import leaves_of


@pytest.mark.check(
    id="network.pairs",
    level=3,
    suite="network",
    measures=["tcp_pair_bw"],
    remedy="look at cable, port speed (ethtool) and switch counters of the node or link named",
    takes=forecast,
    continues=True,
)
def test_pairs(cluster, fleet, record, keep, report, progress, check_id):
    if len(cluster.spec.nodes) < 2:
        pytest.skip("one node has nobody to be measured with")
    run = PairRun(
        fleet=fleet,
        addresses=cluster.addresses,
        seconds=cluster.spec.accept.seconds_per_pair,
        check=check_id,
        keep=keep,
        report=report,
        at_once=count_at_once(cluster),
        leaves=leaves_of(cluster.spec),
        record=record,
        left=progress,
        known=cluster.measured_before(check_id),
        loss_baseline=cluster.baselines.get("tcp_pair_resent"),
    )
    baseline = cluster.baselines.get("tcp_pair_bw")
    if not run.measure(cluster.spec.accept.max_rounds, baseline, cluster.line_rate_gbps):
        raise RuntimeError("fewer than two nodes can be reached")
