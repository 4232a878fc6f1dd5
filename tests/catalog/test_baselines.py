"""The baselines as shipped."""

from podsys.core.catalog import parse_baselines
from podsys.effects.catalog import read_baselines_texts
from podsys.model.baseline import Baseline


def shipped() -> dict[str, Baseline]:
    baselines, problems = parse_baselines(read_baselines_texts())
    assert [str(problem) for problem in problems] == []
    return {baseline.metric: baseline for baseline in baselines}


def test_every_metric_of_the_first_suites_is_bounded() -> None:
    assert set(shipped()) >= {
        *("tcp_pair_bw", "mpi_allreduce_busbw", "mpi_allreduce_wrong"),
        *("clock_offset", "disk_used"),
    }


def test_shares_are_shares() -> None:
    for baseline in shipped().values():
        for share in (baseline.floor_of_line_rate, baseline.floor_of_median):
            assert share is None or 0 < share < 1


def test_no_wrong_element_is_borne() -> None:
    assert shipped()["mpi_allreduce_wrong"].max_wrong == 0


def test_every_bound_says_where_it_comes_from() -> None:
    for baseline in shipped().values():
        assert len(baseline.source) > 10
        assert len(baseline.scope) > 10
        assert baseline.date.startswith("202")
