"""JUnit XML that every reader accepts, whatever a node said."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.model.finding import Finding
from podsys.model.status import Status
from podsys.view.junit import junit_xml


def test_statuses_become_what_readers_know() -> None:
    found = [
        Finding("a", "passive", ("n1", "n2"), Status.FAIL, evidence="e", remedy="r", seconds=2.0),
        Finding("b", "passive", ("n1",), Status.UNKNOWN, evidence="timed out"),
        Finding("c", "passive", ("n1",), Status.SKIP, evidence="no gpu"),
        Finding("d", "passive", ("n1",), Status.WARN, evidence="odd"),
        Finding("e", "network", (), Status.PASS),
    ]
    root = Xml.fromstring(junit_xml(found))
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["network", "passive"]
    passive = suites["passive"]
    counted = {key: passive.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "5", "failures": "2", "errors": "1", "skipped": "1"}
    kinds = {(c.get("name"), c.get("classname")): [child.tag for child in c] for c in passive}
    assert kinds == {
        ("a", "passive.n1"): ["failure"],
        ("a", "passive.n2"): ["failure"],
        ("b", "passive.n1"): ["error"],
        ("c", "passive.n1"): ["skipped"],
        ("d", "passive.n1"): ["system-out"],
    }
    (case,) = suites["network"]
    assert case.get("classname") == "network.cluster"
    assert list(case) == []


@settings(deadline=None)
@given(st.text(), st.text(), st.sampled_from(list(Status)))
def test_any_text_gives_valid_xml(text: str, node: str, status: Status) -> None:
    found = Finding(text, text, (node,), status, value=text, evidence=text, remedy=text)
    root = Xml.fromstring(junit_xml([found]).encode(errors="surrogatepass"))
    assert root.find("./testsuite/testcase") is not None


def test_control_characters_do_not_survive() -> None:
    text = junit_xml([Finding("a", "s", ("n",), Status.FAIL, evidence="\x00\x1b[2J\ufffe]]>")])
    assert "\x00" not in text
    assert "\x1b" not in text
    assert "[2J" in Xml.fromstring(text).findtext("./testsuite/testcase/failure", "")
