"""Checks that ask services by their URL."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from podsys.commands.check_session import CheckCluster
from podsys.model.spec import ClusterSpec, Node

SERVICES = Path(__file__).parents[2] / "checks" / "system" / "test_services.py"


@pytest.mark.parametrize(
    ("address", "host"), [("10.0.0.1", "10.0.0.1"), ("fd00::1", "[fd00::1]"), ("n1", "n1")]
)
def test_the_node_exporter_is_asked_where_prometheus_asks_it(address: str, host: str) -> None:
    spec = importlib.util.spec_from_file_location("services_check", SERVICES)
    assert spec
    assert spec.loader
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    asked: list[str] = []

    def answer(_command: str, *words: str) -> Any:
        asked.append(words[-1])
        return SimpleNamespace(succeeded=True, stdout="node_uname_info{} 1")

    nodes = ClusterSpec(cluster="c", nodes={"n1": Node(address=address)})
    known = CheckCluster(nodes, ["n1"], Path(), None, {}, cast(Any, None), {}, {})
    cluster = SimpleNamespace(
        spec=nodes,
        members=lambda _name: ["n1"],
        role=lambda _name: SimpleNamespace(data={"port": 9100}),
        url_host=known.url_host,
    )
    backend = SimpleNamespace(get_hostname=lambda: "n1")
    check.test_node_exporter_answers(SimpleNamespace(run=answer, backend=backend), cluster)
    assert asked == [f"http://{host}:9100/metrics"]
