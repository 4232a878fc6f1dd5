"""Copies between host and GPUs and between GPUs, as nvbandwidth makes them, where it is missing.

Its tests, by its names: 512 MiB by the copy engines, sixteen one after the other between two
events, the median of three such samples; host memory is pinned, on the GPU's own NUMA node. What
arrived is compared, every element, on the GPU. It needs the driver alone. Prints JSON lines: a
head, one for each copy, an end.
"""

import ctypes
from statistics import median

from checked_copy import ELEMENT, count_wrong, fill
from cuda_driver import Driver, run, write

SIZE, COPIES, SAMPLES = 512 << 20, 16, 3


def measure():
    driver = Driver()
    names = [gpu.name for gpu in driver.gpus]
    head = {"podsys_copies": 1, "cuda": driver.version, "gpus": names, "bytes": SIZE}
    yield dict(head, copies=COPIES)
    rows = 0
    for line in measure_all(driver.gpus):
        rows += 1
        yield line
    yield {"finished": rows}


def measure_all(gpus):
    for gpu in gpus:
        yield from measure_host(gpu)
    for source in gpus:
        for to in gpus:
            if source is not to:
                yield from measure_peers(source, to)


def measure_host(gpu):
    """There and back: what is wrong afterwards may have gone wrong either way."""
    gpu.move_near()
    with gpu.host_memory(SIZE) as host, gpu.memory(SIZE) as one, gpu.memory(SIZE) as other:
        fill(gpu, one, SIZE)
        ctypes.memset(host, 0xFF, SIZE)
        gpu.poison(other, SIZE)
        gpu.wait()
        down = take_time(gpu, host, one)
        up = take_time(gpu, other, host)
        wrong = count_wrong(gpu, other, SIZE)
    yield tell("device_to_host_memcpy_ce", {"gpu": gpu.index}, down, wrong)
    yield tell("host_to_device_memcpy_ce", {"gpu": gpu.index}, up, wrong)


def measure_peers(source, to):
    """Written by the GPU that has it, then read by the one that wants it."""
    pair = {"from": source.index, "to": to.index}
    reached = source.reach(to) and to.reach(source)
    for name, by in (("write", source), ("read", to)):
        test = f"device_to_device_memcpy_{name}_ce"
        if not reached:
            yield dict(pair, test=test, problem="no peer access")
            continue
        with source.memory(SIZE) as here, to.memory(SIZE) as there:
            fill(source, here, SIZE)
            to.poison(there, SIZE)
            source.wait()
            to.wait()
            seconds = take_time(by, there, here)
            wrong = count_wrong(to, there, SIZE)
        yield tell(test, pair, seconds, wrong)


def tell(test, where, seconds, wrong):
    found = dict(where, test=test, seconds=seconds, gbps=SIZE / seconds / 1e9)
    return dict(found, checked=SIZE // ELEMENT, wrong=wrong)


def take_time(gpu, to, source):
    """Seconds of one copy."""

    def copy_all():
        for _ in range(COPIES):
            gpu.copy(to, source, SIZE)

    gpu.copy(to, source, SIZE)
    return median(gpu.take_time(copy_all) for _ in range(SAMPLES)) / COPIES


if __name__ == "__main__":
    run(lambda: write(measure()))
