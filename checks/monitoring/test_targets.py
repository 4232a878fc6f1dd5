"""Monitoring that would notice: every node is an `up` target, and rules and alerts work."""

import json
import time
from pathlib import Path

import pytest

from podsys.model.forecast import Forecast

PROGRAM = Path(__file__).with_name("ask_prometheus.py")
# Two scrapes: a Prometheus that has just started has not asked everybody yet.
PATIENCE_S = 40
# The first check asks, and may have to wait; the others look at what was said.
ASKING, LOOKING = Forecast(1.0, PATIENCE_S + 70.0), Forecast(0.1, 10)


@pytest.fixture(scope="module")
def monitoring(cluster, fleet):
    """What the monitoring server says, once every target has been asked."""
    server = cluster.spec.monitoring.server
    if not server:
        pytest.skip("cluster.yaml names no monitoring.server")
    if server not in cluster.members("prometheus"):
        raise RuntimeError(f"{server} cannot be asked: unreachable, or Prometheus is not for it")
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = ask(cluster, fleet, server)
        pending = [t for t in found["targets"] if t[2] != "up" and is_awaited(t, cluster)]
        if not pending or time.monotonic() > deadline:
            return found
        time.sleep(2)


def is_awaited(target, cluster):
    """Nobody waits for a node that is known to be unreachable."""
    job, instance = target[:2]
    return job != "node" or instance in cluster.members("node_exporter")


def ask(cluster, fleet, server):
    data = cluster.role("prometheus").data
    base = f"http://{cluster.url_host(server)}"
    urls = f"{base}:{data['port']} {base}:{data['alertmanager_port']}"
    answer = fleet.run(server, f"python3 - {urls}", 60, PROGRAM.read_bytes())
    if not answer.ok:
        said = answer.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"{server}: {answer.error or (said or ['no answer'])[-1]}")
    return json.loads(answer.stdout)


@pytest.mark.check(
    id="monitoring.targets_up",
    level=2,
    takes=ASKING,
    suite="monitoring",
    remedy="podsys deploy; look at Status, Targets in Prometheus",
)
def test_every_node_is_up(monitoring, cluster):
    up = {
        target[1] for target in monitoring["targets"] if target[0] == "node" and target[2] == "up"
    }
    wanted = set(cluster.members("node_exporter"))
    assert wanted, "no node has a node exporter"
    missing = sorted(wanted - up)
    assert not missing, f"not up in Prometheus: {', '.join(missing)}"


@pytest.mark.check(
    id="monitoring.config_valid",
    level=2,
    suite="monitoring",
    remedy="promtool check config",
    takes=LOOKING,
)
def test_config_is_valid(monitoring):
    code, said = monitoring["config"]
    assert code == 0, f"promtool refuses the configuration: {said}"


@pytest.mark.check(
    id="monitoring.rules_loaded",
    level=2,
    suite="monitoring",
    remedy="podsys deploy",
    takes=LOOKING,
)
def test_alert_rules_are_loaded(monitoring):
    assert monitoring["rules"] > 0, "Prometheus has no alert rules"


@pytest.mark.check(
    id="monitoring.alertmanager_answers",
    level=2,
    suite="monitoring",
    takes=LOOKING,
    remedy="systemctl status prometheus-alertmanager",
)
def test_alertmanager_answers(monitoring):
    assert monitoring["alertmanager"] == "OK", f"it says {monitoring['alertmanager']!r}"
