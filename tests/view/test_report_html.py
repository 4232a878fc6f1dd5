"""The report: whole, self-contained, and deaf to what hostile nodes say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from podsys.effects.render import render
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.plan import Plan
from podsys.model.report import ReportData
from podsys.model.status import Status, Verdict
from podsys.view.report_html import report_context
from tests.view.view_sample import make_report

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """Balanced tags, the tags used, their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def make_page(data: ReportData) -> str:
    return render("report.html.j2", **report_context(data))


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", Page(page).text)


@pytest.mark.parametrize(
    "data",
    [
        make_report(4),
        make_report(4, slow="n003"),
        make_report(5, slow="n002", lost="n004"),
        make_report(2, plan=Plan(), lab=False),
        make_report(100, slow="n042", lost="n077", reach=8),
    ],
    ids=["healthy", "slow", "unknown", "two", "hundred"],
)
def test_it_is_one_balanced_page_that_loads_nothing(data: ReportData) -> None:
    page = make_page(data)
    parsed = Page(page)
    assert parsed.open == []
    assert not {"script", "link", "iframe", "object", "form"} & set(parsed.tags)
    loaded = [value for name, value in parsed.attributes if name in ("src", "srcset", "poster")]
    assert all(value.startswith("data:image/png;base64,") for value in loaded)
    followed = [value for name, value in parsed.attributes if name == "href"]
    assert all(value.startswith(("./", "#")) for value in followed)
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_a_slow_node_is_named_and_the_verdict_said() -> None:
    text = text_of(make_page(make_report(4, slow="n003")))
    assert "failed 1 of 4 nodes failed." in text
    assert "Suspect: node n003 confidence 97%" in text
    assert text.index("What blocks training") < text.index("fail network.pairs on n003")
    assert "check cable and port of this node" in text


def test_a_lost_node_is_in_the_place_for_what_was_not_measured() -> None:
    text = text_of(make_page(make_report(4, lost="n002")))
    missing = text[text.index("What was not measured, and why") :]
    assert "n002 could not be reached" in missing
    assert "timed out after 15 s" in missing
    assert "the machine has no gpu" in missing
    assert "Nothing. No finding failed" not in text


def test_a_healthy_cluster_has_nothing_that_blocks() -> None:
    text = text_of(make_page(make_report(4)))
    assert "Nothing. No finding failed, and nothing that should have been measured" in text
    assert "Suspect" not in text


@pytest.mark.parametrize("lab", [True, False])
def test_only_a_practice_cluster_says_so(lab: bool) -> None:
    assert ("Practice cluster" in make_page(make_report(2, lab=lab))) is lab


def test_what_was_planned_is_not_told_as_done() -> None:
    data = replace(make_report(4), events=())
    text = text_of(make_page(data))
    assert "This run changed nothing" in text
    assert "What this run changed" not in text
    assert "What this run changed" in text_of(make_page(make_report(4)))


def test_no_measurement_of_pairs_is_said() -> None:
    page = make_page(replace(make_report(4), measurements=()))
    assert "Nothing was measured between nodes" in page


HOSTILE = "<script>alert(1)</script><img src=//x onerror=y>\"'}>{{7*7}}<{7*7}>\x00\u202e"


def hostile_report() -> ReportData:
    """Every text that a node, a tool or a file could have chosen."""
    base = make_report(2, slow="n001")
    finding = Finding(
        HOSTILE, HOSTILE, (HOSTILE,), Status.FAIL, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
        HOSTILE, HOSTILE, HOSTILE, HOSTILE,
    )  # fmt: skip
    statuses = [replace(finding, status=status) for status in Status]
    node = {"serial": HOSTILE, "platform": HOSTILE, "verdict": "failed"}
    certificate = {
        **base.certificate,
        "cluster": HOSTILE,
        "nodes": {HOSTILE: node},
        "suspects": [{"kind": "node", "id": HOSTILE, "confidence": 1.0, "evidence": HOSTILE}],
        "evidence": [{"file": "javascript:alert(1)//" + HOSTILE, "sha256": HOSTILE}],
        "tool_versions": {HOSTILE: HOSTILE},
    }
    pair = Measurement(HOSTILE, f"pair_{HOSTILE}", (HOSTILE, "n1"), 1.0, HOSTILE)
    return ReportData(
        certificate=certificate,
        nodes={HOSTILE: Verdict.FAILED},
        findings=tuple(statuses),
        suspects=(Suspect("node", HOSTILE, 1.0, HOSTILE),),
        measurements=(pair, replace(pair, nodes=("n1", HOSTILE), value=None, problem=HOSTILE)),
        plan=base.plan,
        facts={HOSTILE: NodeFacts(HOSTILE, error=HOSTILE)},
        events=({"time": HOSTILE, "event": HOSTILE, "node": HOSTILE, HOSTILE: [HOSTILE]},),
        raw_outputs=("https://x/" + HOSTILE, "../../etc/passwd"),
    )


def test_hostile_text_stays_text() -> None:
    page = make_page(hostile_report())
    parsed = Page(page)
    assert "script" not in parsed.tags
    assert "img" not in parsed.tags
    assert not any(name.startswith("on") for name, _ in parsed.attributes)
    followed = [value for name, value in parsed.attributes if name == "href"]
    assert all(value.startswith(("./", "#")) for value in followed)
    assert "<script>alert(1)</script>" in parsed.text
    assert "{{7*7}}" in parsed.text
    assert not {"\x00", "\u202e"} & set(page)
    assert parsed.open == []


def test_several_hundred_nodes_stay_small() -> None:
    page = make_page(make_report(400, slow="n123", reach=8))
    assert len(page.encode()) < 5_000_000
    assert "n123" in page


def test_every_table_has_headers() -> None:
    page = make_page(make_report(5, slow="n002", lost="n004"))
    for table in re.findall(r"<table.*?</table>", page, flags=re.S):
        assert 'scope="col"' in table
