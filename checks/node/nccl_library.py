"""NCCL by its own C interface: where its library lies, and a communicator on each GPU of a node."""

import ctypes
import os
from pathlib import Path

from cuda_driver import ABSENT, KINDS, Trouble, load

LIBRARY = "libnccl.so.2"
# Where pip puts it, below a folder that is a target, a virtual environment, or its `bin`.
PLACES = ("", "nvidia/nccl/lib/", "lib/python3*/*-packages/nvidia/nccl/lib/")


class UniqueId(ctypes.Structure):
    _fields_ = [("internal", ctypes.c_byte * 128)]


KINDS["U"] = UniqueId
# As nccl.h of 2.32 declares them.
CALLS = {
    "ncclGetVersion": "P",
    "ncclGetUniqueId": "P",
    "ncclGetErrorString": "i",
    "ncclCommInitRank": "PiUi",
    "ncclCommDestroy": "P",
    "ncclGroupStart": "",
    "ncclGroupEnd": "",
    "ncclAllReduce": "DDniiPP",
    "ncclAllGather": "DDniPP",
    "ncclReduceScatter": "DDniiPP",
    "ncclSend": "DniiPP",
    "ncclRecv": "DniiPP",
}


class Nccl:
    """The library and a communicator on each GPU of this node."""

    def __init__(self, folders, operation, log):
        self.log = log
        self.path, self.library = find_library(folders, operation)
        self.library.ncclGetErrorString.restype = ctypes.c_char_p
        number = ctypes.c_int()
        self("ncclGetVersion", ctypes.byref(number))
        whole, last = divmod(number.value, 100)
        self.version = f"{whole // 100}.{whole % 100}.{last}"

    def __call__(self, name, *words):
        code = getattr(self.library, name)(*words)
        if code:
            said = self.library.ncclGetErrorString(code).decode()
            warnings = [line for line in read_log(self.log) if " NCCL WARN " in line]
            raise Trouble(": ".join([name, said, *warnings[-1:]]))

    def join(self, gpus, world, mpi):
        """Ranks count through the GPUs of one node, then of the next."""
        name = UniqueId()
        if world.Get_rank() == 0:
            self("ncclGetUniqueId", ctypes.byref(name))
        name = UniqueId.from_buffer_copy(world.bcast(bytes(name)))
        most = world.allreduce(len(gpus), op=mpi.MAX)
        if most != world.allreduce(len(gpus), op=mpi.MIN):
            raise Trouble("the nodes have different numbers of GPUs")
        ranks, first = most * world.Get_size(), most * world.Get_rank()
        comms = [ctypes.c_void_p() for _ in gpus]
        self("ncclGroupStart")
        for gpu, comm in zip(gpus, comms):
            gpu.use()
            self("ncclCommInitRank", ctypes.byref(comm), ranks, name, first + gpu.index)
        self("ncclGroupEnd")
        return ranks, [Rank(gpu, comm, first + gpu.index) for gpu, comm in zip(gpus, comms)]


class Rank:
    def __init__(self, gpu, comm, number):
        self.gpu, self.comm, self.number = gpu, comm, number


def find_library(folders, operation):
    """Folders that were named first, then the system's, then those of PATH."""

    def absent(error):
        text = f"not installed: {operation}_perf, and no {LIBRARY} (nvidia-nccl-cu12 or -cu13)"
        return Trouble(f"{text}: {error}", ABSENT)

    candidates = [*search(folders), LIBRARY]
    candidates += search(os.environ.get("PATH", "").split(":"))
    for name in candidates:
        try:
            return name, load(name, CALLS, absent)
        except Trouble as trouble:
            reason = trouble
    raise reason


def search(folders):
    return [
        str(found)
        for folder in folders
        if folder
        for base in (Path(folder), Path(folder).parent)
        for place in PLACES
        for found in sorted(base.glob(place + LIBRARY))
    ]


def read_log(folder):
    """What NCCL says, each thing once: it repeats itself for every GPU and call."""
    said = {}
    for file in sorted(Path(folder).glob("*")):
        for line in file.read_text(errors="replace").splitlines():
            said.setdefault(line.partition("NCCL")[2], line[:400])
    return list(said.values())
