"""STREAM's triad on each GPU's own memory, where no BabelStream is installed.

As BabelStream counts: doubles, three arrays, the best time. Ten runs one after the other stand
between two events, so that starting them costs nothing. Arrays are far larger than any cache, and
every element is compared afterwards. It needs the driver alone. Prints JSON lines: a
head, one for each GPU, an end.
"""

import ctypes

from cuda_driver import Driver, Trouble, run, write

ARRAY, ELEMENT, ARRAYS = 1 << 30, 8, 3
RUNS, SAMPLES = 10, 10
SCALAR = 3.0


def measure():
    driver = Driver()
    names = [gpu.name for gpu in driver.gpus]
    yield {
        "podsys_memory": 1, "cuda": driver.version, "gpus": names, "array_bytes": ARRAY,
        "runs": RUNS,
    }  # fmt: skip
    for gpu in driver.gpus:
        yield measure_one(gpu)
    yield {"finished": len(names)}


def measure_one(gpu):
    if gpu.count_free() < ARRAYS * ARRAY:
        raise Trouble(f"too little memory is free on GPU {gpu.index}: is it in use?")
    length, scalar = ctypes.c_uint64(ARRAY // ELEMENT), ctypes.c_double(SCALAR)
    with gpu.memory(ARRAY) as a, gpu.memory(ARRAY) as b, gpu.memory(ARRAY) as c:
        one, two, three = (ctypes.c_uint64(address) for address in (a, b, c))
        gpu.poison(a, ARRAY)
        gpu.launch("prepare", two, three, length)
        gpu.wait()

        def add():
            for _ in range(RUNS):
                gpu.launch("triad", one, two, three, scalar, length)

        add()
        seconds = min(gpu.take_time(add) for _ in range(SAMPLES)) / RUNS
        wrong = gpu.count_wrong("compare_triad", one, scalar, length)
    rate = ARRAYS * ARRAY / seconds / 1e12
    found = {"gpu": gpu.index, "seconds": seconds, "tbps": rate}
    return dict(found, checked=ARRAY // ELEMENT, wrong=wrong)


if __name__ == "__main__":
    run(lambda: write(measure()))
