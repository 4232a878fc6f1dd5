"""Services that answer, not only run: asked on each node itself."""

import pytest

from podsys.model.forecast import Forecast

# How chrony names a clock that follows nobody but itself, as the cluster's own server does.
OWN_CLOCK = "7F7F0101"
QUICK = Forecast(0.2, 40)


@pytest.mark.check(
    id="system.node_exporter_answers",
    level=2,
    suite="system",
    takes=QUICK,
    remedy="podsys deploy; systemctl status prometheus-node-exporter",
)
def test_node_exporter_answers(host, cluster):
    """Where Prometheus will ask, real metrics must come back."""
    node = host.backend.get_hostname()
    if node not in cluster.members("node_exporter"):
        pytest.skip("podsys installs no node exporter on this operating system")
    port = cluster.role("node_exporter").data["port"]
    url = f"http://{cluster.url_host(node)}:{port}/metrics"
    ask = "import sys,urllib.request as u;print(u.urlopen(sys.argv[1],timeout=10).read().decode())"
    answer = host.run("python3 -c %s %s", ask, url)
    assert answer.succeeded, f"{url} gives no answer"
    assert "node_uname_info{" in answer.stdout, f"{url} gives no machine metrics"


@pytest.mark.check(
    id="system.clock_follows_source",
    level=2,
    suite="system",
    takes=QUICK,
    remedy="chronyc sources -v; check time.servers in cluster.yaml",
)
def test_clock_follows_source(host):
    """A daemon may run for days without ever having heard its source."""
    if not host.exists("chronyc"):
        pytest.skip("no chrony on this node; its clock is judged from the probe's facts")
    sources = host.run("chronyc -n -c sources")
    assert sources.succeeded, "chronyd does not answer"
    heard = [line.split(",") for line in sources.stdout.splitlines()]
    local = host.run("chronyc -n -c tracking").stdout.split(",")
    selected = any(len(fields) > 1 and fields[1] == "*" for fields in heard)
    assert selected or local[:1] == [OWN_CLOCK], "chrony follows no source"
