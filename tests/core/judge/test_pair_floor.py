"""A platform's bound for two nodes holds beside the share of the line rate, where it fits."""

from __future__ import annotations

import pytest

from podsys.core.check_lines import as_line
from podsys.core.judge import judge_lines
from podsys.core.judge.lines import ActiveVerdict
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

METRIC = "nccl_pair_busbw"
SETUP = {"bytes": 4 << 30, "nodes": 2, "gpus": 16, "transport": "roce-multinode"}


def baseline(metric: str, **more: object) -> Baseline:
    about = {"metric": metric, "unit": "GB/s", "scope": "two nodes", "date": "2026-01-01"}
    return Baseline.model_validate({**about, "source": "test", **more})


COMMON = baseline(METRIC, floor_of_line_rate=0.6, floor_of_median=0.93)
PLATFORM = baseline(
    "allreduce_busbw", platform="box", floor=440, size_min=4 << 30, source="its maker",
    when={"nodes": 2, "gpus": 16, "transport": "roce-multinode"},
)  # fmt: skip


def judge(value: float, platforms: tuple[str, ...] = ("box",), **setup: object) -> ActiveVerdict:
    made = {**SETUP, **setup}
    found = [
        Measurement("network.gpu_pairs", METRIC, way, value, "GB/s", setup=made)  # type: ignore[arg-type]
        for way in (("n1", "n2"), ("n2", "n1"))
    ]
    expected = {"type": "expected", "metric": METRIC, "rate": 400.0, "nodes": ["n1", "n2"]}
    lines = [expected | {"platforms": platforms}, *map(as_line, found)]
    return judge_lines(lines, {METRIC: COMMON}, 10.0, ["head", "n1", "n2"], None, [PLATFORM])


def statuses(verdict: ActiveVerdict) -> set[str]:
    return {str(finding.status) for finding in verdict.findings}


@pytest.mark.parametrize(("value", "status"), [(450, "pass"), (400, "fail"), (100, "fail")])
def test_where_all_are_of_one_platform_its_bound_holds(value: float, status: str) -> None:
    assert statuses(judge(value)) == {status}


def test_elsewhere_the_share_of_the_line_rate_does() -> None:
    assert statuses(judge(400, platforms=())) == {"pass"}
    assert statuses(judge(400, platforms=("other",))) == {"pass"}
    assert statuses(judge(400, transport="ib-multinode")) == {"pass"}
    assert statuses(judge(230, platforms=())) == {"fail"}


def test_a_finding_says_its_bound_its_source_and_what_it_was_made_with() -> None:
    (first, *_) = judge(450).findings
    assert first.expected.startswith(">= 440 GB/s (this platform)")
    assert first.source.startswith("its maker")
    assert (
        "made with bytes 4294967296, nodes 2, gpus 16, transport roce-multinode" in first.evidence
    )


def test_a_pair_that_took_another_way_is_seen() -> None:
    ways = [
        Measurement("c", METRIC, pair, value, "GB/s", setup={"transport": transport})
        for pair, value, transport in [
            (("n1", "n2"), 450.0, "ib-multinode"), (("n3", "n4"), 450.0, "ib-multinode"),
            (("n1", "n3"), 450.0, "ib-multinode"), (("n2", "n4"), 450.0, "ib-multinode"),
            (("n1", "n4"), 450.0, "ib-multinode"), (("n2", "n3"), 9.0, "socket-multinode"),
        ]
    ]  # fmt: skip
    lines = [as_line(way) for one in ways for way in (one, _back(one))]
    verdict = judge_lines(lines, {METRIC: COMMON}, 400.0, ["n1", "n2", "n3", "n4"])
    (link,) = [f for f in verdict.findings if str(f.status) == "fail"]
    assert link.nodes == ("n2", "n3")
    assert link.evidence.endswith("made with transport socket-multinode")


def _back(one: Measurement) -> Measurement:
    return Measurement(one.check, one.metric, one.nodes[::-1], one.value, one.unit, setup=one.setup)
