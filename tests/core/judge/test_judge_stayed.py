"""Who was there at the start and is not there at the end is named, whatever the checks saw."""

from __future__ import annotations

from podsys.core.judge.stayed import Presence, fold_absent, judge_stayed, merge_suspects
from podsys.model.finding import Finding, Suspect
from podsys.model.status import Status

GOOD = Presence("n1", "boot-1", "boot-1")


def test_those_who_stayed_share_a_pass() -> None:
    findings, suspects = judge_stayed([GOOD, Presence("n2", "b", "b")])
    assert [(f.status, f.nodes) for f in findings] == [(Status.PASS, ("n1", "n2"))]
    assert not suspects


def test_one_that_hangs_or_died_fails_and_is_the_suspect() -> None:
    findings, suspects = judge_stayed([GOOD, Presence("n2", "b", error="no answer")])
    (failed,) = [f for f in findings if f.status is Status.FAIL]
    assert failed.nodes == ("n2",)
    assert "no answer" in failed.evidence
    assert failed.remedy
    assert [(s.kind, s.id) for s in suspects] == [("node", "n2")]


def test_one_that_came_back_with_another_boot_fails() -> None:
    findings, _ = judge_stayed([GOOD, Presence("n2", "b", "c")])
    assert [f.nodes for f in findings if f.status is Status.FAIL] == [("n2",)]
    assert "rebooted" in findings[-1].evidence


def test_a_boot_id_that_was_never_read_is_no_reboot() -> None:
    findings, _ = judge_stayed([Presence("n2", "", "c")])
    assert [f.status for f in findings] == [Status.PASS]


def test_when_all_are_gone_it_may_be_the_admins_own_network() -> None:
    _, one_gone = judge_stayed([GOOD, Presence("n2", "b", error="x")])
    _, all_gone = judge_stayed([Presence("n1", "b", error="x"), Presence("n2", "b", error="x")])
    assert max(s.confidence for s in all_gone) < one_gone[0].confidence


def test_what_cannot_be_ended_on_a_node_fails_it() -> None:
    findings, suspects = judge_stayed([Presence("n1", "b", "b", left=("iperf3 -s",))])
    assert [f.status for f in findings] == [Status.PASS, Status.FAIL]
    assert "iperf3 -s" in findings[-1].evidence
    assert not suspects


def test_what_is_unknown_of_a_node_follows_only_where_that_is_gone() -> None:
    unknown = [Finding("x", "s", (node,), Status.UNKNOWN) for node in ("n1", "n2")]
    stayed, _ = judge_stayed(
        [Presence("n1", "b", "b", left=("iperf3 -s",)), Presence("n2", "b", error="no answer")]
    )
    assert [one.folded_under for one in fold_absent(unknown, stayed)] == ["", "run.node_stayed"]


def test_suspects_are_merged_by_what_they_are() -> None:
    merged = merge_suspects(
        [Suspect("node", "n2", 0.9, "gone")],
        [Suspect("node", "n2", 0.5, "slow"), Suspect("link", "n1--n3", 0.6, "slow")],
    )
    assert [(s.id, s.confidence) for s in merged] == [("n2", 0.9), ("n1--n3", 0.6)]
    assert merged[0].evidence == "gone; slow"
