"""All nodes at once: all-gather, reduce-scatter, all-to-all, and how they grow with the nodes."""

from pathlib import Path

import pytest

from podsys.commands.collectives import takes
from podsys.commands.sent_programs import read_program

LIMIT_S = 180
PROGRAM = read_program(Path(__file__).with_name("collectives.py"))


@pytest.mark.check(
    id="network.collectives",
    level=4,
    suite="network",
    takes=takes(15, LIMIT_S),
    measures=["mpi_allgather_busbw", "mpi_reducescatter_busbw", "mpi_alltoall_busbw"],
    remedy="run podsys accept --level 3 first: a slow node or link slows the whole collective",
)
def test_collectives(run_collective):
    run_collective(PROGRAM, limit_s=LIMIT_S)
