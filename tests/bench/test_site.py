"""The bench names no package and no setting of its own."""

import pytest

from bench.fresh import edit_spec, list_packages
from bench.remote import clush
from bench.site import BenchError, Site


@pytest.fixture
def site(tmp_path, monkeypatch) -> Site:
    monkeypatch.setattr("bench.site.WORK", tmp_path)
    site = Site("x", 2)
    site.workspace.mkdir()
    nodes = "nodes: {n001: {address: 10.0.0.1}, n002: {address: 10.0.0.2}}\n"
    text = f"ssh: {{user: root, key: k}}\n{nodes}accept:\n  level: 4\n"
    (site.workspace / "cluster.yaml").write_text(text)
    return site


def test_packages_come_from_the_roles() -> None:
    assert {"chrony", "iperf3", "prometheus-node-exporter"} <= set(list_packages())


def test_edit(site: Site) -> None:
    edit_spec(site, r"level: \d", "level: 1")
    assert "  level: 1\n" in (site.workspace / "cluster.yaml").read_text()


def test_an_edit_that_finds_nothing_is_an_error(site: Site) -> None:
    with pytest.raises(BenchError, match="0 lines like"):
        edit_spec(site, "reboot: true", "reboot: false")


def test_clush_reaches_the_nodes_that_are_named(site: Site) -> None:
    assert clush(site, "true")[-2:] == ["10.0.0.1,10.0.0.2", "true"]
    assert clush(site, "true", ["n002"])[-2:] == ["10.0.0.2", "true"]
