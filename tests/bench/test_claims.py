"""Claims are met by ratios on 32 nodes, and by nothing else."""

import pytest

from bench.claims import judge
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


PLANNED = {"code": 0, "rows": [{"nodes": 10000, "scenario": "first", "wall_s": 9, "peak_mb": 900}]}


def verdicts(found: Table) -> list[bool | None]:
    return [judged.met for judged in judge(found, PLANNED)]


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
        (PLANNED, True, "first: 9.0 s, 900 MB"),
        (PLANNED | {"code": 1}, False, "first: 9.0 s, 900 MB"),
        ({"code": 0, "rows": []}, False, "no such row"),
    ],
)
def test_scale(scale: dict[str, object] | None, met: bool | None, measured: str) -> None:
    last = list(judge({}, scale))[-1]
    assert (last.met, last.measured) == (met, measured)


def test_numbers_are_shown() -> None:
    assert next(judge(table(), None)).measured == "1.50 s / 0.50 s = 3.00"
