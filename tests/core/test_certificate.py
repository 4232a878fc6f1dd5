"""Certificates: made, then doubted in every way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.core.certificate import Examination, make_certificate
from podsys.core.certificate_check import FIELDS, check_certificate, list_evidence
from podsys.model.facts import NodeFacts, Section
from podsys.model.finding import Finding, Suspect
from podsys.model.spec import ClusterSpec, Node
from podsys.model.status import Status, Verdict

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
NODES = ("n1", "n2", "n3")
HASHES = {"results.jsonl": "a" * 64, "raw/pairs.json": "b" * 64}


def finding(status: Status, *nodes: str) -> Finding:
    return Finding(check="vm.swappiness", suite="passive", nodes=nodes, status=status)


def facts(node: str) -> NodeFacts:
    data = {"serial": f"S-{node}", "product": "X1"}
    return NodeFacts(node, sections={"system": Section("ok", data)})


def certify(
    findings: list[Finding], *, lost: tuple[str, ...] = (), lab: bool = False
) -> dict[str, Any]:
    spec = ClusterSpec(
        cluster="c1", lab=lab, nodes={name: Node(address="127.0.0.1") for name in NODES}
    )
    examination = Examination(
        spec=spec,
        level=4,
        facts={name: facts(name) for name in NODES if name not in lost},
        findings=findings,
        suspects=[Suspect("node", "n3", 0.9, "all pairs slow")],
        lock_sha256="c" * 64,
        evidence=HASHES,
        tool_versions={"iperf3": "3.12"},
    )
    return make_certificate(examination, NOW)


def healthy() -> dict[str, Any]:
    return certify([finding(Status.PASS, node) for node in NODES])


def test_a_healthy_cluster_is_certified_and_holds() -> None:
    certificate = healthy()
    assert certificate["verdict"] == "certified"
    assert certificate["nodes"]["n1"] == {
        "serial": "S-n1", "platform": "X1", "verdict": "certified",
    }  # fmt: skip
    assert certificate["issued"] == "2026-01-31T12:00:00Z"
    assert certificate["expires"] == "2026-03-02T12:00:00Z"
    assert check_certificate(certificate, NOW, HASHES) == []


def test_it_has_exactly_the_documented_fields() -> None:
    assert list(healthy()) == list(FIELDS)
    lab = certify([finding(Status.PASS, *NODES)], lab=True)
    assert list(lab) == [*FIELDS, "lab"]
    assert lab["lab"] is True


@pytest.mark.parametrize("status", [Status.SKIP, Status.WARN, Status.UNKNOWN])
def test_a_node_without_a_pass_is_never_certified(status: Status) -> None:
    certificate = certify([finding(Status.PASS, "n1", "n2"), finding(status, "n3")])
    assert certificate["nodes"]["n3"]["verdict"] == "unknown"
    assert certificate["verdict"] == "unknown"


def test_a_node_never_seen_is_unknown() -> None:
    certificate = certify([finding(Status.PASS, "n1", "n2")])
    assert certificate["nodes"]["n3"]["verdict"] == "unknown"
    assert certificate["verdict"] == "unknown"


def test_an_unreachable_node_is_unknown_whatever_was_found_on_it() -> None:
    certificate = certify([finding(Status.PASS, *NODES)], lost=("n2",))
    assert certificate["nodes"]["n2"] == {"serial": None, "platform": None, "verdict": "unknown"}
    assert certificate["verdict"] == "unknown"


def test_a_failure_that_names_no_node_fails_the_cluster_alone() -> None:
    certificate = certify([finding(Status.PASS, *NODES), finding(Status.FAIL)])
    assert certificate["verdict"] == "failed"
    assert {node["verdict"] for node in certificate["nodes"].values()} == {"certified"}


def test_a_bad_link_between_good_nodes_fails_the_cluster_and_no_node() -> None:
    passed = [finding(Status.PASS, node) for node in NODES]
    certificate = certify([*passed, finding(Status.FAIL, "n1", "n2")])
    assert {node["verdict"] for node in certificate["nodes"].values()} == {"certified"}
    assert certificate["verdict"] == "failed"


def test_a_failure_of_several_nodes_is_theirs_unless_the_check_cleared_them() -> None:
    other = Finding(check="network.pairs", suite="network", nodes=("n1", "n2"), status=Status.FAIL)
    certificate = certify([*(finding(Status.PASS, node) for node in NODES), other])
    verdicts = {name: node["verdict"] for name, node in certificate["nodes"].items()}
    assert verdicts == {"n1": "failed", "n2": "failed", "n3": "certified"}


def test_what_was_not_measured_between_nodes_stays_unknown_on_them() -> None:
    passed = [finding(Status.PASS, node) for node in NODES]
    certificate = certify([*passed, finding(Status.UNKNOWN, "n1", "n2")])
    verdicts = {name: node["verdict"] for name, node in certificate["nodes"].items()}
    assert verdicts == {"n1": "unknown", "n2": "unknown", "n3": "certified"}


def test_an_unknown_that_names_no_node_withholds_the_certificate() -> None:
    assert certify([finding(Status.PASS, *NODES), finding(Status.UNKNOWN)])["verdict"] == "unknown"


def test_no_findings_at_all_certify_nothing() -> None:
    assert certify([])["verdict"] == "unknown"


findings_lists = st.lists(
    st.builds(
        finding, st.sampled_from(list(Status)), st.sampled_from([*NODES, "stranger"])
    ),
    max_size=12,
)  # fmt: skip


@settings(deadline=None)
@given(findings_lists)
def test_certified_means_each_node_passed_and_nothing_is_open(findings: list[Finding]) -> None:
    certificate = certify(findings)
    statuses = {f.status for f in findings}
    passed = {node for f in findings if f.status is Status.PASS for node in f.nodes}
    if certificate["verdict"] == Verdict.CERTIFIED:
        assert set(NODES) <= passed
        assert not statuses & {Status.FAIL, Status.UNKNOWN}
    if Status.FAIL in statuses:
        assert certificate["verdict"] == "failed"


@pytest.mark.parametrize("field", list(FIELDS))
def test_a_missing_field_is_named(field: str) -> None:
    certificate = healthy()
    del certificate[field]
    assert any(field in problem for problem in check_certificate(certificate, NOW, HASHES))


@pytest.mark.parametrize("field", list(FIELDS))
@pytest.mark.parametrize("junk", [None, True, 1.5])
def test_a_field_of_the_wrong_kind_is_named(field: str, junk: object) -> None:
    certificate = healthy() | {field: junk}
    assert any(field in problem for problem in check_certificate(certificate, NOW, HASHES))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "failed"}, "the verdict is 'failed'"),
        ({"verdict": "unknown"}, "the verdict is 'unknown'"),
        ({"verdict": "splendid"}, "unknown verdict 'splendid'"),
        ({"expires": "2026-01-31T11:59:59Z"}, "expired"),
        ({"issued": "2026-02-01T00:00:00Z"}, "future"),
        ({"expires": "next year"}, "not a time"),
        ({"expires": "2026-03-02T12:00:00"}, "not a time"),
        ({"evidence": []}, "no evidence"),
        ({"evidence": ["results.jsonl"]}, "does not give"),
        ({"nodes": {}}, "without nodes"),
        ({"nodes": {"n1": {"verdict": "unknown"}}}, "'n1' is 'unknown'"),
        ({"counts": {"fail": 2, "unknown": 0}}, "'fail'"),
        ({"counts": {"fail": 0}}, "'unknown'"),
    ],
)
def test_each_fault_is_said(change: dict[str, Any], words: str) -> None:
    problems = check_certificate(healthy() | change, NOW, HASHES)
    assert any(words in problem for problem in problems), problems


def test_expiry_is_a_moment() -> None:
    last = NOW + timedelta(days=30)
    assert check_certificate(healthy(), last - timedelta(seconds=1), HASHES) == []
    assert "expired" in check_certificate(healthy(), last, HASHES)[0]


def test_evidence_must_be_there_and_unaltered() -> None:
    assert check_certificate(healthy(), NOW, {}) == [
        "evidence 'raw/pairs.json' is missing",
        "evidence 'results.jsonl' is missing",
    ]
    altered = check_certificate(healthy(), NOW, HASHES | {"results.jsonl": "d" * 64})
    assert len(altered) == 1
    assert "'results.jsonl' was altered" in altered[0]


junk = st.sampled_from(
    [None, True, 3, 1e300, "", "certified", [], [None], [{"file": 1, "sha256": 2}], {}, {"n1": []}]
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(FIELDS)), junk, max_size=4))
def test_hostile_certificates_are_refused_and_never_crash(changes: dict[str, Any]) -> None:
    certificate = healthy() | {"verdict": "failed"} | changes
    if certificate["verdict"] != "certified":
        assert check_certificate(certificate, NOW, HASHES)
    assert all(isinstance(name, str) for name in list_evidence(certificate))


def test_a_list_is_no_certificate() -> None:
    assert check_certificate([], NOW, {})


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_certificate(
            Examination(
                spec=ClusterSpec(cluster="c", nodes={"n1": Node(address="a")}),
                level=1,
                facts={},
                findings=[],
                suspects=[],
                lock_sha256="",
                evidence={},
                tool_versions={},
            ),
            NOW.replace(tzinfo=None),
        )


def test_containers_are_a_practice_cluster_whatever_the_file_says():
    facts = {"n1": NodeFacts("n1", sections={"system": Section("ok", {"virtualization": "lxc"})})}
    spec = ClusterSpec(cluster="x", nodes={"n1": Node(address="a")})
    examination = Examination(
        spec=spec, level=1, facts=facts, findings=[], suspects=[], lock_sha256="",
        evidence={}, tool_versions={},
    )  # fmt: skip
    assert make_certificate(examination, datetime.now(UTC))["lab"] is True
    real = {"n1": NodeFacts("n1", sections={"system": Section("ok", {"virtualization": "none"})})}
    assert "lab" not in make_certificate(replace(examination, facts=real), datetime.now(UTC))
