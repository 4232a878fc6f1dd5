"""Outputs handed in, against the bounds of a platform and beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from podsys.core.judge.bounds import Bounds, bounds_for
from podsys.core.judge.outputs import Handed, OutputVerdict, judge_outputs
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding
from podsys.model.output import Figure, Outcome, ToolOutput
from podsys.model.status import Status, Verdict, judge_all


def baseline(**changes: object) -> Baseline:
    known: dict[str, object] = {
        "metric": "h2d_bw", "unit": "GB/s", "scope": "x", "source": "a test", "date": "2026-01-01",
        "platform": "model-a",
    }  # fmt: skip
    return Baseline.model_validate(known | changes)


FLOOR = baseline(floor=48)
ALIKE = {"h2d_bw": baseline(platform="", floor_of_median=0.9)}


def figure(value: float | None = 55.0, subject: str = "gpu 0", **changes: object) -> Figure:
    known: dict[str, object] = {"metric": "h2d_bw", "unit": "GB/s"}
    return Figure(value=value, subject=subject, **(known | changes))  # type: ignore[arg-type]


def output(*figures: Figure, name: str = "n1.log", **changes: object) -> Handed:
    return Handed(name, ToolOutput(tool="tool", figures=figures, **changes))  # type: ignore[arg-type]


def judge(
    *handed: Handed,
    baselines: Sequence[Baseline] = (FLOOR,),
    platform: str | None = "model-a",
    alike: dict[str, Baseline] | None = None,
) -> OutputVerdict:
    bounds: Bounds = bounds_for(platform, baselines, {"model-a": "GPU A", "model-b": ""})
    return judge_outputs(handed, bounds, alike or {})


def word(verdict: OutputVerdict) -> Verdict:
    return judge_all(finding.status for finding in verdict.findings)


def only(verdict: OutputVerdict) -> Finding:
    (finding,) = verdict.findings
    return finding


def test_a_value_above_the_floor_passes_and_names_the_source() -> None:
    finding = only(judge(output(figure())))
    assert finding.status is Status.PASS
    assert (finding.value, finding.expected, finding.source) == (55.0, ">= 48 GB/s", "a test")


def test_the_worst_decides() -> None:
    verdict = judge(output(figure(), figure(47.9, "gpu 1"), figure(60.0, "gpu 2")))
    finding = only(verdict)
    assert (finding.status, finding.value) == (Status.FAIL, 47.9)
    assert "worst of 3: gpu 1" in finding.evidence
    assert [one.finding.status.value for one in verdict.figures] == ["pass", "fail", "pass"]


@pytest.mark.parametrize("platform", [None, "", "model-c", "model-b", "MODEL-A"])
def test_without_a_known_platform_or_its_baselines_nothing_passes(platform: str | None) -> None:
    assert word(judge(output(figure()), platform=platform)) is Verdict.UNKNOWN


def test_a_ceiling() -> None:
    most = [baseline(metric="x_lat", unit="us", ceiling=5)]
    low, high = (figure(value, metric="x_lat", unit="us") for value in (4.9, 5.1))
    assert only(judge(output(low), baselines=most)).status is Status.PASS
    finding = only(judge(output(low, high), baselines=most))
    assert (finding.status, finding.value) == (Status.FAIL, 5.1)


def test_bandwidth_is_judged_at_its_largest_size_and_latency_at_its_least() -> None:
    sweep = output(figure(1.0, size=8), figure(55.0, size=1 << 30))
    verdict = judge(sweep, baselines=[baseline(floor=48, size_min=1 << 30)])
    assert only(verdict).status is Status.PASS
    assert [one.finding.status for one in verdict.figures] == [Status.SKIP, Status.PASS]
    lats = [figure(value, metric="x_lat", unit="us", size=s) for value, s in ((2.0, 8), (99.0, 64))]
    most = [baseline(metric="x_lat", unit="us", ceiling=5)]
    assert only(judge(output(*lats), baselines=most)).status is Status.PASS


def test_a_size_too_small_for_the_bound_is_unknown() -> None:
    finding = only(
        judge(output(figure(99.0, size=1 << 20)), baselines=[baseline(floor=48, size_min=1 << 34)])
    )
    assert finding.status is Status.UNKNOWN
    assert "holds from 16 GiB" in finding.evidence


@pytest.mark.parametrize(
    ("setup", "status", "text"),
    [
        ({"nodes": 1}, Status.PASS, ""),
        ({"nodes": 2}, Status.UNKNOWN, "nodes is 2, the baseline is for 1"),
        ({}, Status.UNKNOWN, "does not tell nodes"),
        ({"nodes": 1, "transport": "ib-loopback"}, Status.UNKNOWN, "transport is ib-loopback"),
    ],
)
def test_classes_are_never_compared(setup: dict[str, int], status: Status, text: str) -> None:
    bound = baseline(floor=48, when={"nodes": 1}, transport="nvlink-1node")
    finding = only(judge(output(figure(setup=setup)), baselines=[bound]))
    assert finding.status is status
    assert text in finding.evidence


def test_the_strictest_of_several_bounds_decides() -> None:
    both = [baseline(floor=48), baseline(floor=56, source="another")]
    finding = only(judge(output(figure()), baselines=both))
    assert finding.status is Status.FAIL
    assert finding.expected == ">= 56 GB/s"


def test_a_doubtful_bound_warns_and_proves_nothing() -> None:
    doubtful = [baseline(floor=56, advisory=True)]
    assert only(judge(output(figure()), baselines=doubtful)).status is Status.WARN
    assert only(judge(output(figure(60.0)), baselines=doubtful)).status is Status.UNKNOWN
    assert only(judge(output(figure()), baselines=[FLOOR, *doubtful])).status is Status.PASS


def test_a_bound_in_another_unit_does_not_hold() -> None:
    finding = only(judge(output(figure()), baselines=[baseline(unit="MB/s", floor=48)]))
    assert finding.status is Status.UNKNOWN


def test_numbers_without_a_baseline_are_kept_beside_those_that_were_judged() -> None:
    other = figure(7.0, metric="something")
    statuses = {f.metric: f.status for f in judge(output(figure(), other)).findings}
    assert statuses == {"h2d_bw": Status.PASS, "something": Status.SKIP}
    assert word(judge(output(other))) is Verdict.UNKNOWN
    assert word(judge(output(figure(), name="a"), output(other, name="b"))) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("handed", "verdict"),
    [
        (output(figure(), faults=("broken",)), Verdict.FAILED),
        (output(figure(), gaps=("cut",)), Verdict.UNKNOWN),
        (output(figure(wrong=3)), Verdict.FAILED),
        (output(figure(wrong=0)), Verdict.CERTIFIED),
        (output(figure(), figure(60.0, size=None, wrong=1)), Verdict.FAILED),
        (output(figure(), figure(None, "gpu 1", problem="N/A")), Verdict.UNKNOWN),
        (output(figure(), figure(None, metric="z", waived=True)), Verdict.UNKNOWN),
        (output(), Verdict.UNKNOWN),
        (Handed("n1.log", None, "no tool recognised"), Verdict.UNKNOWN),
        (output(outcomes=(Outcome("memory", Status.PASS),)), Verdict.CERTIFIED),
        (output(outcomes=(Outcome("memory", Status.FAIL),)), Verdict.FAILED),
        (output(outcomes=(Outcome("memory", Status.PASS, waived=True),)), Verdict.UNKNOWN),
        (output(outcomes=(Outcome("memory", Status.SKIP),)), Verdict.UNKNOWN),
    ],
)
def test_what_the_output_says_of_itself(handed: Handed, verdict: Verdict) -> None:
    assert word(judge(handed)) is verdict


def test_the_log_of_another_machine_is_named() -> None:
    verdict = judge(output(figure(), devices=("GPU B",)))
    assert [f.status for f in verdict.findings] == [Status.WARN, Status.PASS]
    assert "made on GPU B, while model-a has GPU A" in verdict.findings[0].evidence
    assert len(judge(output(figure(), devices=("GPU A",))).findings) == 1
    other = figure(metric="something")
    assert word(judge(output(other, devices=("GPU B",)))) is Verdict.UNKNOWN


def test_wrong_elements_fail_at_any_size() -> None:
    sweep = output(figure(1.0, size=8, wrong=2), figure(55.0, size=1 << 30, wrong=0))
    assert only(judge(sweep)).status is Status.FAIL


def fleet(*values: float) -> list[Handed]:
    return [output(figure(value), name=f"n{n}.log") for n, value in enumerate(values)]


def test_one_slow_output_among_many_fails_even_above_the_floor() -> None:
    verdict = judge(*fleet(55.0, 55.1, 54.9, 49.0, 55.2), alike=ALIKE)
    failed = [f for f in verdict.findings if f.status is Status.FAIL]
    assert [f.evidence.partition(":")[0] for f in failed] == ["n3.log"]
    assert "slow beside its like" in failed[0].evidence


def test_all_equally_slow_fail_the_floor() -> None:
    verdict = judge(*fleet(40.0, 40.1, 39.9, 40.0), alike=ALIKE)
    assert all(f.status is Status.FAIL for f in verdict.findings)


def test_being_alike_proves_nothing() -> None:
    verdict = judge(*fleet(55.0, 55.1, 54.9, 55.0), alike=ALIKE, platform=None)
    assert word(verdict) is Verdict.UNKNOWN


def test_siblings_in_one_output_are_compared_too() -> None:
    values = [55.0, 55.1, 49.0, 55.2, 54.9, 55.0, 55.1, 55.2]
    verdict = judge(output(*(figure(v, f"gpu {n}") for n, v in enumerate(values))), alike=ALIKE)
    assert verdict.findings[0].status is Status.FAIL
    assert "gpu 2" in verdict.findings[0].evidence


def test_pairs_of_one_node_differ_by_where_they_sit() -> None:
    values = [416.0] * 12 + [519.0] * 4
    pairs = [figure(v, f"gpu 0 -> gpu {n}") for n, v in enumerate(values)]
    assert all(f.status is not Status.FAIL for f in judge(output(*pairs), alike=ALIKE).findings)


def test_two_clusters_are_named() -> None:
    values = [55.0, 55.1, 54.9, 50.4, 50.5, 55.2]
    verdict = judge(*fleet(*values), alike=ALIKE)
    clusters = [f for f in verdict.findings if f.check.startswith("judge.clusters")]
    assert len(clusters) == 1
    assert clusters[0].status is Status.WARN
    assert "n3.log" in clusters[0].evidence
    assert "n4.log" in clusters[0].evidence
    assert "n0.log" not in clusters[0].evidence


def test_noise_is_no_cluster() -> None:
    values = [55.0, 55.1, 54.9, 54.2, 53.9, 55.2, 54.6, 54.4]
    assert not [f for f in judge(*fleet(*values), alike=ALIKE).findings if "clusters" in f.check]
