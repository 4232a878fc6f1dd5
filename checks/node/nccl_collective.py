"""A collective of NCCL, timed and checked as nccl-tests do it, where these are not installed.

It needs libnccl.so.2 alone: of a wheel (nvidia-nccl-cu12, nvidia-nccl-cu13), in a folder named to
it or in a virtual environment there, or the system's. One process has all GPUs of a node; over
several nodes mpi4py brings them together. Bus bandwidth as nccl-tests define it. Every element of
every size is compared, on the GPU. Prints JSON lines: a head, one for each size and way, an end
with what NCCL says of itself.
"""

import ctypes
import os
import socket
import sys
import tempfile
import time
from contextlib import ExitStack

from collective_operations import ELEMENT, OPERATIONS, Message
from cuda_driver import Driver, Trouble, run, write
from nccl_library import Nccl, read_log

LEAST, MOST = 8 << 20, 16 << 30
WARM_UP, REPEATS = 5, 20
# What NCCL itself takes of a GPU's memory, and more.
SPARE = 3 << 30


class Alone:
    """One node needs nobody's help; the same calls as mpi4py's."""

    MIN, MAX, SUM = "min", "max", "sum"

    def Get_rank(self):  # noqa: N802 - as mpi4py names it
        return 0

    def Get_size(self):  # noqa: N802 - as mpi4py names it
        return 1

    def Barrier(self):  # noqa: N802 - as mpi4py names it
        pass

    def bcast(self, value):
        return value

    def allgather(self, value):
        return [value]

    def allreduce(self, value, op):
        return value


class Sweep:
    """`buffers`: two on each GPU of this node, each as large as the largest message."""

    def __init__(self, nccl, ranks, mine, operation, world, mpi):
        self.nccl, self.ranks, self.mine, self.operation = nccl, ranks, mine, operation
        self.world, self.mpi = world, mpi
        self.buffers = []

    def find_most(self):
        """The largest message of which two fit on every GPU of all nodes."""
        free = min(rank.gpu.count_free() for rank in self.mine) - SPARE
        free = self.world.allreduce(free, op=self.mpi.MIN)
        most = MOST
        while most > LEAST and 2 * most > free:
            most //= 2
        if 2 * most > free:
            raise Trouble("too little memory is free on a GPU: is it in use?")
        return most

    def run(self, most):
        size = LEAST
        while size <= most:
            for way in ("out-of-place", "in-place"):
                if way == "out-of-place" or self.operation.in_place:
                    yield self.measure(size, way)
            size *= 2

    def measure(self, size, way):
        message = Message(size, self.ranks, self.operation.name != "all_reduce")
        seconds = self.take_time(message, way)
        wrong = self.world.allreduce(self.check(message, way), op=self.mpi.SUM)
        size = message.whole * ELEMENT
        algbw = size / seconds / 1e9
        busbw = algbw * self.operation.factor(self.ranks)
        pieces = self.operation.expect(0, message)
        checked = self.ranks * sum(length for _, length, *_ in pieces)
        return {
            "bytes": size, "way": way, "micros": seconds * 1e6, "algbw": algbw, "busbw": busbw,
            "checked": checked, "wrong": wrong,
        }  # fmt: skip

    def take_time(self, message, way):
        """One call's mean time, of the slowest node."""
        for _ in range(WARM_UP):
            self.start(message, way)
        self.wait()
        self.world.Barrier()
        began = time.perf_counter()
        for _ in range(REPEATS):
            self.start(message, way)
        self.wait()
        passed = time.perf_counter() - began
        return self.world.allreduce(passed, op=self.mpi.MAX) / REPEATS

    def check(self, message, way):
        """Once more with fresh numbers, and nothing of an earlier call left where they arrive."""
        length = message.whole if self.operation.sends_whole else message.block
        for rank, buffers in zip(self.mine, self.buffers):
            for buffer in buffers:
                rank.gpu.poison(buffer, message.whole * ELEMENT)
            send, _ = self.place(rank, buffers, message, way)
            words = (ctypes.c_uint64(send), ctypes.c_uint64(length), ctypes.c_uint64(0))
            rank.gpu.launch("fill", *words, ctypes.c_uint(rank.number))
        self.wait()
        self.world.Barrier()
        self.start(message, way)
        self.wait()
        return sum(
            self.count_wrong(rank, self.place(rank, buffers, message, way)[1], message)
            for rank, buffers in zip(self.mine, self.buffers)
        )

    def count_wrong(self, rank, take, message):
        wrong = 0
        for offset, length, start, first, many in self.operation.expect(rank.number, message):
            wrong += rank.gpu.count_wrong(
                "compare", ctypes.c_uint64(take + offset * ELEMENT), ctypes.c_uint64(length),
                ctypes.c_uint64(start), ctypes.c_uint(first), ctypes.c_uint(many),
            )  # fmt: skip
        return wrong

    def place(self, rank, buffers, message, way):
        """In place, who sends or takes one block has it where it belongs in the whole."""
        if way == "out-of-place":
            return buffers[0], buffers[1]
        own = buffers[0] + rank.number * message.block * ELEMENT
        send = buffers[0] if self.operation.sends_whole else own
        return send, buffers[0] if self.operation.takes_whole else own

    def start(self, message, way):
        self.nccl("ncclGroupStart")
        for rank, buffers in zip(self.mine, self.buffers):
            places = self.place(rank, buffers, message, way)
            self.operation.start(self.nccl, rank, places, message)
        self.nccl("ncclGroupEnd")

    def wait(self):
        for rank in self.mine:
            rank.gpu.wait()


def measure(folders, name, world, mpi, log):
    """Every line of the output, on every node."""
    nccl = Nccl(folders, name, log)
    gpus = Driver().gpus
    ranks, mine = nccl.join(gpus, world, mpi)
    sweep = Sweep(nccl, ranks, mine, OPERATIONS[name], world, mpi)
    most = sweep.find_most()
    node = {"host": socket.gethostname(), "gpus": [gpu.name for gpu in gpus]}
    yield {
        "podsys_nccl": 1, "operation": name, "nccl": nccl.version, "library": nccl.path,
        "nodes": world.allgather(node), "type": "float", "least": LEAST, "most": most,
        "repeats": REPEATS,
    }  # fmt: skip
    with ExitStack() as stack:
        for rank in mine:
            pair = [stack.enter_context(rank.gpu.memory(most)) for _ in range(2)]
            sweep.buffers.append(pair)
        rows = []
        for row in sweep.run(most):
            rows.append(row)
            yield row
    for rank in mine:
        nccl("ncclCommDestroy", rank.comm)
    average = sum(row["busbw"] for row in rows) / len(rows)
    yield {"finished": len(rows), "average_busbw": average, "nccl_says": read_log(log)}


def find_world(many):
    if not many:
        return Alone(), Alone
    from mpi4py import MPI

    return MPI.COMM_WORLD, MPI


def main():
    """Words: operation, `node` or `nodes`, and folders where a library may lie."""
    operation, where, *folders = sys.argv[1:]
    world, mpi = find_world(where == "nodes")
    with tempfile.TemporaryDirectory(prefix="podsys-nccl-") as log:
        os.environ["NCCL_DEBUG"] = "INFO"
        os.environ["NCCL_DEBUG_SUBSYS"] = "INIT,ENV,GRAPH,NET,TUNING"
        os.environ["NCCL_DEBUG_FILE"] = log + "/%h.%p"
        lines = measure(folders, operation, world, mpi, log)
        write(line for line in lines if world.Get_rank() == 0)


if __name__ == "__main__":
    run(main)
