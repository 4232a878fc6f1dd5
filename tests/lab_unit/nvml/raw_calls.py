"""Ways to use the library that pynvml has not: old functions, odd arguments, everything at once."""

import ctypes
import os

import pynvml

NOT_OF_A_GPU = ("nvmlSystem", "nvmlUnit", "nvmlDeviceGetCount", "nvmlDeviceGetHandleBy")
# These believe the caller about the size of a buffer.
SIZE_FIRST = ("nvmlDeviceGetCpuAffinity", "nvmlDeviceGetMemoryAffinity", "nvmlDeviceGetFieldValues")
GETTERS = [
    name for name in dir(pynvml) if name.startswith("nvmlDeviceGet") and "Handle" not in name
]
LINK_GETTERS = ["nvmlDeviceGetNvLinkErrorCounter", "nvmlDeviceGetNvLinkCapability"]

handles = {}


def find_handle(index):
    """Kept as a program keeps it that has begun when the GPU was well."""
    if index not in handles:
        handles[index] = pynvml.nvmlDeviceGetHandleByIndex(index)
    return handles[index]


def forget():
    handles.clear()


def call_all(names):
    """Functions with every GPU and with what is none, with buffers and without: what they return.

    Where a function wants a number, a buffer's address is a number that is far too large.
    """
    buffers = [(ctypes.c_ulonglong * 1024)() for _ in range(6)]
    nothing = [None] * 6
    gpus = [find_handle(i) for i in range(min(pynvml.nvmlDeviceGetCount(), 9))]
    codes = set()
    for name in names:
        if name.startswith(NOT_OF_A_GPU):
            arguments = [nothing, buffers]
        else:
            arguments = [nothing, [1, *nothing[1:]], [2**31, *nothing[1:]]]
            for gpu in gpus:
                arguments += [[gpu, *nothing[1:]], [gpu, 0, *buffers[2:]]]
                arguments += [[gpu, 0, 0, *buffers[3:]], [gpu, 0, 0, 0, *buffers[4:]]]
                if not name.startswith(SIZE_FIRST):
                    arguments.append([gpu, *buffers[1:]])
        function = getattr(pynvml.nvmlLib, name)
        function.restype = ctypes.c_int
        codes |= {function(*args) for args in arguments}
    return sorted(codes)


def old_pci(index, name):
    info = pynvml.nvmlPciInfo_v2_t()
    pynvml._nvmlCheckReturn(getattr(pynvml.nvmlLib, name)(find_handle(index), ctypes.byref(info)))
    return info


def old_processes(index):
    """Of the first form: a process id and its memory."""

    class Process(ctypes.Structure):
        _fields_ = [("pid", ctypes.c_uint), ("memory", ctypes.c_ulonglong)]

    room, count = (Process * 2)(), ctypes.c_uint(2)
    ask = pynvml.nvmlLib.nvmlDeviceGetComputeRunningProcesses
    pynvml._nvmlCheckReturn(ask(find_handle(index), ctypes.byref(count), room))
    return [[one.pid, one.memory] for one in room[: count.value]]


def old_handle(name, key):
    handle = pynvml.c_nvmlDevice_t()
    given = key.encode() if isinstance(key, str) else key
    pynvml._nvmlCheckReturn(getattr(pynvml.nvmlLib, name)(given, ctypes.byref(handle)))
    return handle


def old_count():
    count = ctypes.c_uint()
    pynvml._nvmlCheckReturn(pynvml.nvmlLib.nvmlDeviceGetCount(ctypes.byref(count)))
    return count


def become(user):
    os.seteuid(user)


def read_all():
    """Everything about every GPU that pynvml reads without more words; how many answered."""
    answered = 0
    for index in range(pynvml.nvmlDeviceGetCount()):
        answered += sum(try_call(name, index) for name in GETTERS)
        answered += sum(
            try_call(name, index, link, 0) for name in LINK_GETTERS for link in range(40)
        )
        answered += try_call("nvmlDeviceGetFieldValues", index, list(range(1, 308)))
    return answered


def try_call(name, index, *args):
    try:
        getattr(pynvml, name)(find_handle(index), *args)
    except (pynvml.NVMLError, pynvml.NVMLLibraryMismatchError, UnicodeDecodeError, TypeError):
        return 0
    return 1
