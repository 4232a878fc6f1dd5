"""The report of a large fleet: small enough to open, and nothing left out without a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podsys.core.rounds import plan_rounds
from podsys.effects.render import render
from podsys.model.finding import Finding, Measurement
from podsys.model.nodeset import fold
from podsys.model.report import ReportData
from podsys.model.status import Status
from podsys.view.report_html import report_context
from podsys.view.short import LONGEST_NODES, name_some
from tests.view.view_sample import METRIC, UNIT, make_report, name_nodes

NODES = 4096
LARGEST = 5_000_000


def measure(names: list[str]) -> tuple[Measurement, ...]:
    ways = [way for pairs in plan_rounds(names, 8) for a, b in pairs for way in ((a, b), (b, a))]
    return tuple(
        Measurement("network.pairs", METRIC, way, 0.9 if "n042" in way else 9.4, UNIT)
        for way in ways
    )


@pytest.fixture(scope="module")
def fleet() -> ReportData:
    data = make_report(4, slow="n003", lost="n004")
    names = name_nodes(NODES)
    verdicts = dict.fromkeys(names, data.nodes["n001"]) | {"n042": data.nodes["n003"]}
    certified = {name: {"serial": f"SN-{name}", "platform": "p"} for name in names}
    return replace(
        data,
        nodes=verdicts,
        certificate=data.certificate | {"nodes": certified},
        measurements=measure(names),
    )


def make_page(data: ReportData) -> str:
    return render("report.html.j2", **report_context(data))


def test_a_healthy_fleet_fits_a_page_and_its_nodes_a_line(fleet: ReportData) -> None:
    page = make_page(fleet)
    assert len(page.encode()) < LARGEST
    assert ">n042<" in page
    alike = [n for n in fleet.nodes if n not in ("n001", "n002", "n003", "n004", "n042")]
    assert f">{fold(alike)}<" in page
    assert f"{len(alike)} nodes" in page
    assert "all 4096" in page
    assert "Each cell is the worst of all ways from 64 nodes to 64 nodes" in page


def test_a_fleet_where_every_node_fails_in_its_own_way_fits_too(fleet: ReportData) -> None:
    failing = tuple(
        Finding(f"check.{name}", "passive", (name,), Status.FAIL, evidence=f"{name}: " + "x" * 200)
        for name in fleet.nodes
    )
    page = make_page(replace(fleet, findings=failing))
    assert len(page.encode()) < LARGEST
    assert "The first 200 of 4096 lines; 3896 more are in" in page
    assert 'href="./results.jsonl"' in page


def test_long_lists_of_nodes_are_cut_and_counted() -> None:
    names = name_nodes(4000)[::2]
    text = name_some(names)
    assert len(text) < LONGEST_NODES + 30
    assert text.endswith("… (2000 nodes in all)")
    assert name_some(name_nodes(4000)) == fold(name_nodes(4000))
