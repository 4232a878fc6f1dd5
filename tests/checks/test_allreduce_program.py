"""The program that ranks run: its pattern, its counting, and a run with pretended ranks."""

# ruff: noqa: N802 - methods are named as mpi4py names them

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from podsys.commands.sent_programs import read_program
from podsys.core.parsers.allreduce import Allreduce, parse

FILE = Path(__file__).parents[2] / "checks" / "network" / "allreduce.py"


def load() -> ModuleType:
    """As it is sent, with what it imports from beside it."""
    module = ModuleType("allreduce_program")
    exec(read_program(FILE), module.__dict__)
    return module


@pytest.fixture(scope="module")
def program() -> ModuleType:
    return load()


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
