"""The program that every rank runs: all-gather, reduce-scatter and all-to-all, timed and checked.

It is sent to the nodes as text. Over all ranks each runs in a sweep of sizes; over the first 2, 4,
8, ... of them at the largest size, which gives the scaling curve. `soak SECONDS` repeats
all-to-all over all ranks instead. One JSON line for its start, one for each result, one for its
end.
"""

import json
import sys
import time
from array import array
from statistics import median

from exact_sums import count_wrong, fill

SIZES = (1 << 14, 1 << 18, 1 << 23)
BUDGET_BYTES = 1 << 24
WINDOWS = 10


def join(parts):
    whole = array("d")
    for part in parts:
        whole.extend(part)
    return whole


def plan_allgather(rank, ranks, block):
    """What this rank sends, and what it must have afterwards."""
    return fill(block, rank + 1), join(fill(block, other + 1) for other in range(ranks))


def plan_reducescatter(rank, ranks, block):
    total = ranks * (ranks + 1) // 2
    return fill(block * ranks, rank + 1), fill(block, total, rank * block)


def plan_alltoall(rank, ranks, block):
    mine = join(fill(block, rank * ranks + other + 1) for other in range(ranks))
    return mine, join(fill(block, other * ranks + rank + 1) for other in range(ranks))


def run_allgather(comm, send, receive):
    comm.Allgather(send, receive)


def run_reducescatter(comm, send, receive):
    comm.Reduce_scatter(send, receive, [len(receive[0])] * comm.Get_size())


def run_alltoall(comm, send, receive):
    comm.Alltoall(send, receive)


OPERATIONS = {
    "allgather": (plan_allgather, run_allgather),
    "reducescatter": (plan_reducescatter, run_reducescatter),
    "alltoall": (plan_alltoall, run_alltoall),
}


def measure(comm, mpi, operation, size, repeats):
    """One line: median time of the slowest rank, wrong elements over all ranks and repeats."""
    ranks, rank = comm.Get_size(), comm.Get_rank()
    block = max(1, size // 8 // ranks)
    plan, run = OPERATIONS[operation]
    mine, expected = plan(rank, ranks, block)
    spent, wrong = [], 0
    for repeat in range(repeats + 1):
        found = array("d", bytes(8 * len(expected)))
        comm.Barrier()
        start = time.perf_counter()
        run(comm, [mine, mpi.DOUBLE], [found, mpi.DOUBLE])
        slowest = comm.allreduce(time.perf_counter() - start, op=mpi.MAX)
        spent += [slowest] if repeat else []  # the first one opens the connections
        wrong += count_wrong(found, expected)
    total = block * 8 * ranks
    seconds = median(spent)
    return {
        "op": operation,
        "ranks": ranks,
        "bytes": total,
        "seconds": seconds,
        "busbw_gbps": (ranks - 1) / ranks * total * 8 / seconds / 1e9,
        "checked": comm.allreduce(len(expected), op=mpi.SUM),
        "wrong": comm.allreduce(wrong, op=mpi.SUM),
    }


def count_repeats(size):
    return max(3, min(10, BUDGET_BYTES // size))


def sweep(comm, mpi):
    """All ranks at every size, then ever more of them at the largest."""
    for operation in OPERATIONS:
        for size in SIZES:
            yield measure(comm, mpi, operation, size, count_repeats(size))
    some = 2
    while some < comm.Get_size():
        part = comm.Split(0 if comm.Get_rank() < some else 1, comm.Get_rank())
        for operation in OPERATIONS:
            inside = comm.Get_rank() < some
            yield measure(part, mpi, operation, SIZES[-1], 3) if inside else None
            comm.Barrier()
        part.Free()
        some *= 2


def soak(comm, mpi, seconds):
    """All-to-all again and again; one line for each window of time."""
    began = time.monotonic()
    for window in range(1, WINDOWS + 1):
        worst, going = None, True
        while going:
            line = measure(comm, mpi, "alltoall", SIZES[-1], 3)
            wrong = line["wrong"] + (worst["wrong"] if worst else 0)
            if worst is None or line["busbw_gbps"] < worst["busbw_gbps"]:
                worst = line
            worst["wrong"] = wrong
            going = time.monotonic() - began < seconds * window / WINDOWS
            going = comm.bcast(going)
        yield dict(worst, op="soak")


def main():
    from mpi4py import MPI

    comm, words = MPI.COMM_WORLD, sys.argv[1:]
    hosts = len(set(comm.allgather(MPI.Get_processor_name())))
    say({"podsys_collectives": 1, "ranks": comm.Get_size(), "hosts": hosts}, comm)
    lines = soak(comm, MPI, float(words[1])) if words[:1] == ["soak"] else sweep(comm, MPI)
    count = 0
    for line in lines:
        count += 1
        say(line, comm)
    say({"finished": count}, comm)


def say(line, comm):
    if comm.Get_rank() == 0:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
