"""The program that every rank runs: in-place allreduce, timed, and each element checked.

It is sent to the nodes as text and prints one JSON line for its start, one per message size
and one for its end.
"""

import json
import sys
import time
from array import array

from exact_sums import count_wrong, fill

SIZES = (1 << 10, 1 << 14, 1 << 18, 1 << 22)
BUDGET_BYTES = 1 << 24


def bus_bandwidth(size, seconds, ranks):
    """Gbit/s over each link: a ring moves 2(n-1)/n of the message through it."""
    return 2.0 * (ranks - 1) / ranks * size * 8 / seconds / 1e9


def measure(comm, mpi, size):
    """Mean time of the slowest rank, and wrong elements over all ranks and repeats."""
    ranks, rank = comm.Get_size(), comm.Get_rank()
    count = size // 8
    mine, expected = fill(count, rank + 1), fill(count, ranks * (ranks + 1) // 2)
    repeats = max(3, min(20, BUDGET_BYTES // size))
    spent, wrong = 0.0, 0
    for repeat in range(repeats + 1):
        buffer = array("d", mine)
        comm.Barrier()
        start = time.perf_counter()
        comm.Allreduce(mpi.IN_PLACE, [buffer, mpi.DOUBLE])
        passed = time.perf_counter() - start
        wrong += count_wrong(buffer, expected)
        if repeat:
            spent += comm.allreduce(passed, op=mpi.MAX)
        else:
            comm.allreduce(passed, op=mpi.MAX)  # the first one opens the connections
    checked = comm.allreduce(count, op=mpi.SUM)
    return spent / repeats, comm.allreduce(wrong, op=mpi.SUM), checked


def main():
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    ranks = comm.Get_size()
    hosts = len(set(comm.allgather(MPI.Get_processor_name())))
    say({"podsys_allreduce": 1, "ranks": ranks, "hosts": hosts}, comm)
    for size in SIZES:
        seconds, wrong, checked = measure(comm, MPI, size)
        line = {"bytes": size, "element_bytes": 8, "seconds": seconds}
        line.update(busbw_gbps=bus_bandwidth(size, seconds, ranks), checked=checked, wrong=wrong)
        say(line, comm)
    say({"finished": len(SIZES)}, comm)


def say(line, comm):
    if comm.Get_rank() == 0:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
