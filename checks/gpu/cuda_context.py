"""Runs on a node: a CUDA context on every NVIDIA GPU, each in a process of its own, as JSON.

A GPU on which no context comes serves no program, whatever NVML says of it. Only the driver's own
library is used. The calls are those of NVIDIA's CUDA Driver API reference.
"""

import ctypes
import json
import os
import select
import sys
import time
from pathlib import Path

LIBRARY = "libcuda.so.1"
PCI = Path("/sys/bus/pci/devices")
NVIDIA, DISPLAY = "0x10de", "0x03"
LIMIT_S = 20.0
# Somebody has the GPU for itself; that says nothing about the GPU.
BUSY = 46


def main():
    here = count_gpus()
    found = {"here": here, "library": "", "devices": []}
    if here:
        found.update(try_all(LIMIT_S))
    sys.stdout.write(json.dumps(found) + "\n")


def count_gpus():
    """GPUs on PCI, whether or not a driver knows them."""
    return sum(
        read(folder / "vendor") == NVIDIA and read(folder / "class").startswith(DISPLAY)
        for folder in PCI.glob("*")
    )


def read(path):
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def try_all(limit_s):
    """`library` says why there is none to ask; a device has its number and an error, or none."""
    [count] = in_processes([count_devices], limit_s)
    if "library" in count:
        return count
    if "count" not in count:
        return {"devices": [dict(count, index=None)]}
    tasks = [lambda index=index: open_context(index) for index in range(count["count"])]
    answers = in_processes(tasks, limit_s)
    return {"devices": [dict(answer, index=index) for index, answer in enumerate(answers)]}


def in_processes(tasks, limit_s):
    """All at once, each in a child: what a driver does to a process dies with it."""
    pipes = [start(task) for task in tasks]
    deadline = time.monotonic() + limit_s
    return [finish(pid, pipe, deadline) for pid, pipe in pipes]


def start(task):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            os.write(writer, json.dumps(task()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    return pid, reader


def finish(pid, pipe, deadline):
    """A child that is stuck in the kernel is left behind, not waited for."""
    left = max(0.0, deadline - time.monotonic())
    try:
        if not select.select([pipe], [], [], left)[0]:
            os.kill(pid, 9)
            return {"error": "no answer from the driver in time"}
        said = os.read(pipe, 65536)
        os.waitpid(pid, 0)
        return json.loads(said.decode()) if said else {"error": "the process died of it"}
    finally:
        os.close(pipe)


def count_devices():
    cuda = load()
    if cuda is None:
        return {"library": f"there is no {LIBRARY}"}
    number = ctypes.c_int()
    code = cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(number))
    return {"error": name(cuda, code)} if code else {"count": number.value}


def open_context(index):
    cuda = load()
    device, context = ctypes.c_int(), ctypes.c_void_p()
    code = (
        cuda.cuInit(0)
        or cuda.cuDeviceGet(ctypes.byref(device), index)
        or cuda.cuCtxCreate_v2(ctypes.byref(context), 0, device)
        or cuda.cuCtxSynchronize()
    )
    if code:
        return {"error": name(cuda, code), "busy": code == BUSY}
    cuda.cuCtxDestroy_v2(context)
    return {"error": ""}


def load():
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError:
        return None


def name(cuda, code):
    """CUDA_ERROR_NO_DEVICE and the like."""
    text = ctypes.c_char_p()
    cuda.cuGetErrorName(code, ctypes.byref(text))
    return text.value.decode() if text.value else f"CUDA error {code}"


if __name__ == "__main__":
    main()
