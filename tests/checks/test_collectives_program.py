"""The program that ranks run, with threads as ranks: what it sends, compares and counts."""

# ruff: noqa: N802 - methods are named as mpi4py names them

from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from podsys.commands.sent_programs import read_program
from podsys.core.parsers import Unreadable
from podsys.core.parsers.collectives import parse

FILE = Path(__file__).parents[2] / "checks" / "network" / "collectives.py"
MPI = SimpleNamespace(DOUBLE="double", SUM=sum, MAX=max)


def load() -> ModuleType:
    """As it is sent, with what it imports from beside it."""
    module = ModuleType("collectives_program")
    exec(read_program(FILE), module.__dict__)
    return module


@pytest.fixture(scope="module")
def program() -> ModuleType:
    module = load()
    module.SIZES = (1 << 10, 1 << 12)
    return module


class Room:
    """What threads exchange; `spoil` changes one element on its way."""

    def __init__(self, ranks: int, spoil: bool = False) -> None:
        self.ranks, self.spoil = ranks, spoil
        self.barrier = Barrier(ranks)
        self.places: list[Any] = [None] * ranks
        self.parts: dict[int, Room] = {}


class Comm:
    def __init__(self, room: Room, rank: int) -> None:
        self.room, self.rank = room, rank

    def Get_size(self) -> int:
        return self.room.ranks

    def Get_rank(self) -> int:
        return self.rank

    def Barrier(self) -> None:
        self.room.barrier.wait(10)

    def _all(self, value: Any) -> list[Any]:
        self.room.places[self.rank] = value
        self.Barrier()
        found = list(self.room.places)
        self.Barrier()
        return found

    def allgather(self, value: Any) -> list[Any]:
        return self._all(value)

    def allreduce(self, value: Any, op: Callable[[list[Any]], Any]) -> Any:
        return op(self._all(value))

    def bcast(self, value: Any) -> Any:
        return self._all(value)[0]

    def Allgather(self, send: list[Any], receive: list[Any]) -> None:
        self._put(receive[0], array("d", [x for part in self._all(send[0]) for x in part]))

    def Alltoall(self, send: list[Any], receive: list[Any]) -> None:
        block = len(send[0]) // self.room.ranks
        start = self.rank * block
        parts = [part[start : start + block] for part in self._all(send[0])]
        self._put(receive[0], array("d", [x for part in parts for x in part]))

    def Reduce_scatter(self, send: list[Any], receive: list[Any], counts: list[int]) -> None:
        block = len(receive[0])
        assert counts == [block] * self.room.ranks
        start = self.rank * block
        parts = [part[start : start + block] for part in self._all(send[0])]
        self._put(receive[0], array("d", map(sum, zip(*parts, strict=True))))

    def _put(self, buffer: Any, found: Any) -> None:
        buffer[:] = found
        if self.room.spoil and self.rank == self.room.ranks - 1:
            buffer[0] += 1

    def Split(self, colour: int, _key: int) -> Comm:
        colours = self._all(colour)
        members = [rank for rank, one in enumerate(colours) if one == colour]
        if self.rank == members[0]:
            self.room.parts[colour] = Room(len(members))
        self.Barrier()
        return Comm(self.room.parts[colour], members.index(self.rank))

    def Free(self) -> None:
        pass


def run(program: ModuleType, ranks: int, spoil: bool = False, soak: float = 0) -> str:
    lines = [{"podsys_collectives": 1, "ranks": ranks, "hosts": ranks}]
    room = Room(ranks, spoil)

    def work(rank: int) -> None:
        comm = Comm(room, rank)
        found = program.soak(comm, MPI, soak) if soak else program.sweep(comm, MPI)
        for line in found:
            if rank == 0:
                lines.append(line)

    threads = [Thread(target=work, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    lines.append({"finished": len(lines) - 1})
    return "\n".join(json.dumps(line) for line in lines)


@pytest.mark.parametrize("ranks", [2, 3, 5])
def test_a_sweep_is_whole_right_and_grows_with_the_ranks(program: ModuleType, ranks: int) -> None:
    output = parse(run(program, ranks))
    assert output.is_sound
    at_all = [f for f in output.figures if not f.metric.endswith("_scaling")]
    assert len(at_all) == 3 * len(program.SIZES)
    assert {f.setup["nodes"] for f in at_all} == {ranks}
    smaller = {f.setup["nodes"] for f in output.figures} - {ranks}
    assert smaller == {some for some in (2, 4) if some < ranks}


def test_a_spoilt_element_is_counted_and_the_output_is_faulty(program: ModuleType) -> None:
    output = parse(run(program, 3, spoil=True))
    assert not output.is_sound
    assert {f.metric for f in output.figures if f.wrong} == {
        "mpi_allgather_busbw", "mpi_reducescatter_busbw", "mpi_alltoall_busbw",
    }  # fmt: skip


def test_a_soak_has_a_line_for_each_window_of_time(program: ModuleType) -> None:
    output = parse(run(program, 2, soak=0.2))
    assert output.is_sound
    assert [f.metric for f in output.figures] == ["mpi_soak_busbw"] * program.WINDOWS


def test_a_job_that_was_cut_says_nothing(program: ModuleType) -> None:
    text = run(program, 2)
    for end in range(0, len(text) - 1, 97):
        with pytest.raises(Unreadable):
            parse(text[:end])
