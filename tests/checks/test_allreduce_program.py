"""The program that ranks run: its pattern, its counting, and a run with pretended ranks."""

# ruff: noqa: N802 - methods are named as mpi4py names them

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.parsers.allreduce import Allreduce, parse

FILE = Path(__file__).parents[2] / "checks" / "network" / "allreduce.py"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("allreduce_program", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_wrong_element_anywhere_is_counted(program: ModuleType) -> None:
    expected = program.fill(1000, 10)
    assert program.count_wrong(program.fill(1000, 10), expected) == 0
    for place in (0, 499, 999):
        found = program.fill(1000, 10)
        found[place] += 1
        assert program.count_wrong(found, expected) == 1


def test_a_lost_or_shifted_contribution_is_seen(program: ModuleType) -> None:
    expected = program.fill(1000, 10)
    assert program.count_wrong(program.fill(1000, 6), expected) == 1000
    shifted = expected[1:] + expected[:1]
    assert program.count_wrong(shifted, expected) > 900


@given(st.integers(min_value=1, max_value=3000), st.integers(min_value=1, max_value=100_000))
def test_sums_stay_exact_for_any_number_of_ranks(count: int, ranks: int) -> None:
    spec = importlib.util.spec_from_file_location("allreduce_program", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    whole = module.fill(count, ranks * (ranks + 1) // 2)
    assert len(whole) == count
    assert max(whole) < 2**53


def test_bus_bandwidth(program: ModuleType) -> None:
    assert program.bus_bandwidth(125_000_000, 1.0, 2) == pytest.approx(1.0)
    assert program.bus_bandwidth(125_000_000, 1.0, 4) == pytest.approx(1.5)


class PretendedRanks:
    """Rank 0 of `ranks`; the others have the same data times their rank, as the program says."""

    def __init__(self, ranks: int, spoil: int = 0) -> None:
        self.ranks, self.spoil = ranks, spoil

    def Get_size(self) -> int:
        return self.ranks

    def Get_rank(self) -> int:
        return 0

    def Barrier(self) -> None:
        pass

    def allgather(self, _: object) -> list[str]:
        return [f"n{rank}" for rank in range(self.ranks)]

    def Allreduce(self, _: object, what: list[Any]) -> None:
        buffer = what[0]
        total = self.ranks * (self.ranks + 1) // 2
        for place in range(len(buffer)):
            buffer[place] *= total
        for place in range(self.spoil):
            buffer[place] += 1

    def allreduce(self, value: float, op: str) -> float:
        return value * self.ranks if op == "sum" else value


def run(program: ModuleType, comm: PretendedRanks, capsys: pytest.CaptureFixture[str]) -> Allreduce:
    mpi = SimpleNamespace(IN_PLACE=None, DOUBLE=None, SUM="sum", MAX="max")
    lines = [{"podsys_allreduce": 1, "ranks": comm.ranks, "hosts": comm.ranks}]
    for size in (1024, 8192):
        seconds, wrong, checked = program.measure(comm, mpi, size)
        busbw = program.bus_bandwidth(size, seconds, comm.ranks)
        lines.append(
            {
                "bytes": size,
                "element_bytes": 8,
                "seconds": seconds,
                "busbw_gbps": busbw,
                "checked": checked,
                "wrong": wrong,
            }
        )
    lines.append({"finished": 2})
    return parse("\n".join(json.dumps(line) for line in lines))


def test_measuring_counts_wrong_elements_of_every_repeat_and_rank(
    program: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(program, PretendedRanks(4), capsys).wrong == 0
    spoiled = run(program, PretendedRanks(4, spoil=2), capsys)
    assert spoiled.wrong == 2 * (2 * 21 * 4)
