"""NVIDIA's driver by its own C interface: GPUs, their memory, kernels and times.

Sent to nodes with the programs that use it; nothing is needed there but python3 and the driver.
Names and arguments are those of the CUDA Driver API, as cuda-bindings 13.5 declares them.
"""

import ctypes
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path

from kernels_ptx import TEXT

LIBRARY = "libcuda.so.1"
PCI = Path("/sys/bus/pci/devices")
ALLOWED = os.sched_getaffinity(0)
NOTHING_THERE, ABSENT = 69, 127
THREADS, BLOCKS_PER_PROCESSOR = 256, 16
PROCESSORS = 16  # CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
PORTABLE = 1  # CU_MEMHOSTALLOC_PORTABLE
AHEAD = 1  # CU_STREAM_NON_BLOCKING
KINDS = {
    "P": ctypes.c_void_p,  # an address here, and every handle
    "D": ctypes.c_uint64,  # an address on a GPU
    "n": ctypes.c_size_t,
    "u": ctypes.c_uint,
    "i": ctypes.c_int,
    "b": ctypes.c_ubyte,
}
CALLS = {
    "cuInit": "u",
    "cuDriverGetVersion": "P",
    "cuGetErrorName": "iP",
    "cuDeviceGetCount": "P",
    "cuDeviceGet": "Pi",
    "cuDeviceGetName": "Pii",
    "cuDeviceGetPCIBusId": "Pii",
    "cuDeviceGetAttribute": "Pii",
    "cuDeviceCanAccessPeer": "Pii",
    "cuDevicePrimaryCtxRetain": "Pi",
    "cuCtxSetCurrent": "P",
    "cuCtxEnablePeerAccess": "Pu",
    "cuMemGetInfo_v2": "PP",
    "cuMemAlloc_v2": "Pn",
    "cuMemFree_v2": "D",
    "cuMemHostAlloc": "Pnu",
    "cuMemFreeHost": "P",
    "cuMemsetD8Async": "DbnP",
    "cuMemcpyAsync": "DDnP",
    "cuMemcpyPeerAsync": "DPDPnP",
    "cuModuleLoadData": "PP",
    "cuModuleGetFunction": "PPP",
    "cuLaunchKernel": "PuuuuuuuPPP",
    "cuStreamCreate": "Pu",
    "cuStreamSynchronize": "P",
    "cuEventCreate": "Pu",
    "cuEventRecord": "PP",
    "cuEventSynchronize": "P",
    "cuEventElapsedTime": "PPP",
    "cuEventDestroy_v2": "P",
}


class Trouble(Exception):  # noqa: N818 - it says what happened
    """Why there is no result; `code` is what the program ends with, ABSENT where a tool lacks."""

    def __init__(self, reason, code=1):
        super().__init__(reason)
        self.code = code


def load(name, calls, absent):
    """A library with its calls declared; `absent` is the Trouble where there is none."""
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise absent(error) from None
    for call, kinds in calls.items():
        getattr(library, call).argtypes = [KINDS[kind] for kind in kinds]
    return library


class Driver:
    def __init__(self):
        self.library = load(LIBRARY, CALLS, no_driver)
        self("cuInit", 0)
        self.version = self.get(ctypes.c_int, "cuDriverGetVersion")
        count = self.get(ctypes.c_int, "cuDeviceGetCount")
        self.gpus = [Gpu(self, index) for index in range(count)]

    def __call__(self, name, *words):
        code = getattr(self.library, name)(*words)
        if code:
            text = ctypes.c_char_p()
            self.library.cuGetErrorName(code, ctypes.byref(text))
            said = text.value.decode() if text.value else f"CUDA error {code}"
            raise Trouble(f"{name}: {said}")

    def get(self, kind, name, *words):
        """The calls whose first argument is where the answer goes."""
        found = kind()
        self(name, ctypes.byref(found), *words)
        return found.value


def no_driver(error):
    return Trouble(f"no NVIDIA driver to ask: {error}", NOTHING_THERE)


class Gpu:
    """One GPU with its primary context, which NCCL uses too, and a stream of its own."""

    def __init__(self, driver, index):
        self.driver, self.index = driver, index
        self.device = driver.get(ctypes.c_int, "cuDeviceGet", index)
        self.name = self._ask("cuDeviceGetName")
        self.bus = self._ask("cuDeviceGetPCIBusId").lower()
        self.context = driver.get(ctypes.c_void_p, "cuDevicePrimaryCtxRetain", self.device)
        self.use()
        self.stream = driver.get(ctypes.c_void_p, "cuStreamCreate", AHEAD)
        self.module = driver.get(ctypes.c_void_p, "cuModuleLoadData", TEXT.encode())
        number = driver.get(ctypes.c_int, "cuDeviceGetAttribute", PROCESSORS, self.device)
        self.blocks = number * BLOCKS_PER_PROCESSOR
        self.peers, self.kernels = set(), {}

    def _ask(self, name):
        text = ctypes.create_string_buffer(256)
        self.driver(name, text, len(text), self.device)
        return text.value.decode()

    def use(self):
        self.driver("cuCtxSetCurrent", self.context)
        return self.driver

    def move_near(self):
        """This process to the CPUs beside the GPU: memory of the host is then theirs."""
        try:
            words = (PCI / self.bus / "local_cpulist").read_text().strip().split(",")
        except OSError:
            return
        ends = [[int(end) for end in word.split("-")] for word in words if word]
        near = {cpu for end in ends for cpu in range(end[0], end[-1] + 1)}
        os.sched_setaffinity(0, near & ALLOWED or ALLOWED)

    def reach(self, other):
        """Whether it may read and write the other's memory; if so, it may from now on."""
        can = self.driver.get(ctypes.c_int, "cuDeviceCanAccessPeer", self.device, other.device)
        if can and other.index not in self.peers:
            self.use()("cuCtxEnablePeerAccess", other.context, 0)
            self.peers.add(other.index)
        return bool(can)

    def count_free(self):
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        self.use()("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
        return free.value

    @contextmanager
    def memory(self, size):
        address = self.use().get(ctypes.c_uint64, "cuMemAlloc_v2", size)
        try:
            yield address
        finally:
            self.use()("cuMemFree_v2", address)

    @contextmanager
    def host_memory(self, size):
        """Pinned, as every fast copy needs it."""
        address = self.use().get(ctypes.c_void_p, "cuMemHostAlloc", size, PORTABLE)
        try:
            yield address
        finally:
            self.use()("cuMemFreeHost", address)

    def poison(self, address, size):
        """No float of 0xFFFFFFFF is a number: what is not written over is counted as wrong."""
        self.use()("cuMemsetD8Async", address, 0xFF, size, self.stream)

    def copy(self, to, source, size):
        self.use()("cuMemcpyAsync", to, source, size, self.stream)

    def send(self, other, to, source, size):
        """Through the host, until one of them reaches the other."""
        words = (to, other.context, source, self.context, size, self.stream)
        self.use()("cuMemcpyPeerAsync", *words)

    def launch(self, name, *words):
        """`words` as ctypes, in the kernel's order."""
        driver = self.use()
        if name not in self.kernels:
            found = driver.get(ctypes.c_void_p, "cuModuleGetFunction", self.module, name.encode())
            self.kernels[name] = found
        places = [ctypes.cast(ctypes.pointer(word), ctypes.c_void_p) for word in words]
        grid = (self.blocks, 1, 1, THREADS, 1, 1)
        given = (ctypes.c_void_p * len(places))(*places)
        driver("cuLaunchKernel", self.kernels[name], *grid, 0, self.stream, given, None)

    def count_wrong(self, kernel, *words):
        """What a kernel counted whose last argument is where it counts."""
        found = ctypes.c_ulonglong(0)
        with self.memory(8) as counter:
            self.copy(counter, ctypes.addressof(found), 8)
            self.launch(kernel, *words, ctypes.c_uint64(counter))
            self.copy(ctypes.addressof(found), counter, 8)
            self.wait()
        return found.value

    def wait(self):
        self.use()("cuStreamSynchronize", self.stream)

    def take_time(self, work):
        """Seconds between two events around what `work` puts into the stream."""
        driver, spent = self.use(), ctypes.c_float()
        begin, end = (driver.get(ctypes.c_void_p, "cuEventCreate", 0) for _ in range(2))
        driver("cuEventRecord", begin, self.stream)
        work()
        self.use()("cuEventRecord", end, self.stream)
        driver("cuEventSynchronize", end)
        driver("cuEventElapsedTime", ctypes.byref(spent), begin, end)
        for event in (begin, end):
            driver("cuEventDestroy_v2", event)
        return spent.value / 1e3


def write(lines):
    """Each as soon as it is there."""
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def run(main):
    """Whatever happens is said in one line; only a whole result ends with 0."""
    try:
        main()
    except Trouble as trouble:
        mark = "" if trouble.code == ABSENT else "podsys: "  # by which it is found among others
        sys.stderr.write(f"{mark}{trouble}\n")
        sys.exit(trouble.code)
