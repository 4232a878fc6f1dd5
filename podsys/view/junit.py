"""JUnit XML, which every CI system reads: a suite per suite, a case per finding and place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as Xml

from podsys.model.finding import Finding
from podsys.model.nodeset import fold
from podsys.model.status import Status
from podsys.view.findings import describe_value, sort_findings
from podsys.view.fold import fold_findings

# XML 1.0 has no way to write these characters, not even escaped.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TOLD_TOGETHER = (Status.PASS, Status.SKIP)
CLUSTER = "cluster"  # stands where a finding names no node


def junit_xml(findings: Iterable[Finding]) -> str:
    suites: dict[str, list[Finding]] = {}
    for finding in _tell_together(sort_findings(findings)):
        suites.setdefault(finding.suite, []).append(finding)
    root = Xml.Element("testsuites", name="podsys")
    for name in sorted(suites):
        root.append(_make_suite(name, suites[name]))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, "unicode") + "\n"


def _make_suite(name: str, findings: Sequence[Finding]) -> Xml.Element:
    cases = [(f, where) for f in findings for where in _places(f)]
    suite = Xml.Element(
        "testsuite",
        name=_clean(name),
        tests=str(len(cases)),
        failures=str(sum(f.status is Status.FAIL for f, _ in cases)),
        errors=str(sum(f.status is Status.UNKNOWN for f, _ in cases)),
        skipped=str(sum(f.status is Status.SKIP for f, _ in cases)),
        time=f"{sum(f.seconds for f in findings):.3f}",
    )
    suite.extend(_make_case(finding, node) for finding, node in cases)
    return suite


def _tell_together(findings: Sequence[Finding]) -> list[Finding]:
    """Who is well has nothing to tell alone: what passed everywhere is one case."""
    alone = [found for found in findings if found.status not in TOLD_TOGETHER]
    return alone + fold_findings(f for f in findings if f.status in TOLD_TOGETHER)


def _places(finding: Finding) -> Sequence[str]:
    if finding.status in TOLD_TOGETHER:
        return [fold(finding.nodes) or CLUSTER]
    return finding.nodes or [CLUSTER]


def _make_case(finding: Finding, node: str) -> Xml.Element:
    case = Xml.Element(
        "testcase",
        name=_clean(finding.check),
        classname=_clean(f"{finding.suite}.{node}"),
        time=f"{finding.seconds / len(_places(finding)):.3f}",
    )
    message = describe_value(finding)
    parts = (message, finding.evidence, finding.cause, finding.remedy)
    details = "\n".join(part for part in parts if part)
    match finding.status:
        case Status.FAIL:
            _add(case, "failure", message, details)
        case Status.UNKNOWN:
            _add(case, "error", finding.evidence or "not measured", details)
        case Status.SKIP:
            _add(case, "skipped", finding.evidence, "")
        case Status.WARN:
            Xml.SubElement(case, "system-out").text = _clean(f"warning: {details}")
    return case


def _add(case: Xml.Element, tag: str, message: str, details: str) -> None:
    Xml.SubElement(case, tag, message=_clean(message)).text = _clean(details)


def _clean(text: str) -> str:
    return NOT_XML.sub("�", text)
