"""Claims are met by ratios on 32 nodes, and by nothing else."""

import pytest

from bench.claims import PLANNING, judge
from bench.numbers import Medians, Table

FAIR = {
    ("converged", "podsys"): 1.5,
    ("converged", "roundtrip"): 0.5,
    ("converged", "pyinfra"): 9.0,
    ("converged", "stock"): 150.0,
    ("drift", "podsys"): 4.0,
    ("drift", "ansible-start"): 1.0,
    ("first", "podsys"): 40.0,
    ("first", "stock"): 250.0,
}


def table(nodes: int = 32, failed: int = 0, **changes: float) -> Table:
    walls = {key: changes.get("_".join(key), wall) for key, wall in FAIR.items()}
    return {
        (scenario, nodes, tool): Medians(wall, 1, 1, 1, wall, wall, 5, failed)
        for (scenario, tool), wall in walls.items()
    }


def plan_row(nodes: int, plan_s: float, peak_mb: int = 500) -> dict[str, object]:
    """Reading and judging take what they take."""
    seconds = {**dict.fromkeys(PLANNING, 0.0), "plan": plan_s, "judge": 30.0}
    return {"nodes": nodes, "scenario": "first", "seconds": seconds, "peak_mb": peak_mb}


def planned(plan_s: float = 9.0, small_s: float = 0.8, peak_mb: int = 500) -> dict[str, object]:
    rows = [plan_row(1000, small_s), plan_row(10000, plan_s, peak_mb)]
    return {"code": 0, "rows": rows}


def verdicts(found: Table) -> list[bool | None]:
    return [judged.met for judged in judge(found, planned())]


def test_all_met() -> None:
    assert verdicts(table()) == [True] * 6


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        ({"converged_roundtrip": 0.37}, 0),
        ({"converged_pyinfra": 7.4}, 1),
        ({"converged_stock": 119.0}, 2),
        ({"first_stock": 239.0}, 3),
        ({"drift_podsys": 4.76}, 4),
    ],
)
def test_just_missed(change: dict[str, float], claim: int) -> None:
    assert verdicts(table(**change)) == [number != claim for number in range(6)]


def test_other_sizes_say_nothing() -> None:
    assert verdicts(table(nodes=16)) == [None] * 5 + [True]


def test_nothing_is_met_by_runs_that_failed() -> None:
    assert verdicts(table(failed=1)) == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("scale", "met", "measured"),
    [
        (None, None, "not measured"),
        (planned(), True, "9.0 s, 500 MB, a node costs 1.12 times"),
        (planned() | {"code": 1}, False, "9.0 s"),
        (planned(plan_s=10.1, small_s=1.0), False, "10.1 s"),
        (planned(peak_mb=601), False, "601 MB"),
        (planned(small_s=0.7), False, "1.29 times"),
        ({"code": 0, "rows": [plan_row(10000, 9.0)]}, False, "nothing to compare with"),
        ({"code": 0, "rows": []}, False, "no such row"),
    ],
)
def test_scale(scale: dict[str, object] | None, met: bool | None, measured: str) -> None:
    last = list(judge({}, scale))[-1]
    assert last.met is met
    assert measured in last.measured


def test_numbers_are_shown() -> None:
    assert next(judge(table(), None)).measured == "1.50 s / 0.50 s = 3.00"
