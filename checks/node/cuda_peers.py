"""Every GPU to every other, as p2pBandwidthLatencyTest measures it, where that is missing.

Bandwidth one way and both ways at once, and how long a copy of 16 bytes takes; first through the
host, then directly, where one reaches the other. What arrived is compared, every element, on the
GPU. It needs the driver alone. Prints JSON lines: a head, one for each result, an end.
"""

import time
from statistics import median

from checked_copy import ELEMENT, count_wrong, fill
from cuda_driver import Driver, run, write

SIZE, SAMPLES = 128 << 20, 3
# Direct copies are so fast that few of them would be over before the other way has begun.
STAGED_COPIES, COPIES = 5, 32
SMALL, SMALL_COPIES = 16, 100
# Writes of SIZE: a millisecond or more, until all small copies wait behind them.
DELAYS = 32


def measure():
    driver, rows = Driver(), 0
    gpus = driver.gpus
    head = {"podsys_peers": 1, "cuda": driver.version, "gpus": [gpu.name for gpu in gpus]}
    yield dict(head, bytes=SIZE, small=SMALL)
    for number, one in enumerate(gpus):
        for other in gpus[number + 1 :]:
            for row in measure_pair(one, other):
                rows += 1
                yield row
    yield {"finished": rows}


def measure_pair(one, other):
    """Through the host first: what one GPU reaches, it reaches until the program ends."""
    with one.memory(SIZE) as first, other.memory(SIZE) as second:
        ends = (one, first), (other, second)
        yield from measure_ways(ends, "_staged", STAGED_COPIES)
        if one.reach(other) and other.reach(one):
            yield from measure_ways(ends, "", COPIES)
        else:
            yield {"from": one.index, "to": other.index, "apart": True}


def measure_ways(ends, how, copies):
    for way in (ends, ends[::-1]):
        yield tell_rate(way, "p2p_bw" + how, *measure_one_way(way, copies))
    yield tell_rate(ends, "p2p_bw_bidir" + how, *measure_both_ways(ends, copies))
    for way in (ends, ends[::-1]):
        seconds = measure_latency(way)
        yield dict(name(way), metric="p2p_lat" + how, seconds=seconds, us=seconds * 1e6)


def name(way):
    (source, _), (to, _) = way
    return {"from": source.index, "to": to.index}


def tell_rate(way, metric, seconds, moved, wrong):
    found = dict(name(way), metric=metric, seconds=seconds, gbps=moved / seconds / 1e9)
    return dict(found, checked=moved // ELEMENT, wrong=wrong)


def measure_one_way(way, copies):
    """Seconds of one copy, bytes, elements that did not arrive."""
    (source, here), (to, there) = way
    fill(source, here, SIZE)
    to.poison(there, SIZE)
    to.wait()

    def send_all():
        for _ in range(copies):
            source.send(to, there, here, SIZE)

    source.send(to, there, here, SIZE)
    seconds = median(source.take_time(send_all) for _ in range(SAMPLES)) / copies
    return seconds, SIZE, count_wrong(to, there, SIZE)


def measure_both_ways(ends, copies):
    """Halves that cross, by the host's clock: two GPUs have no event in common."""
    half = SIZE // 2
    for gpu, memory in ends:
        fill(gpu, memory, half)
        gpu.poison(memory + half, half)
        gpu.wait()

    def cross(times):
        begin = time.perf_counter()
        for _ in range(times):
            for (gpu, here), (to, there) in (ends, ends[::-1]):
                gpu.send(to, there + half, here, half)
        for gpu, _ in ends:
            gpu.wait()
        return (time.perf_counter() - begin) / times

    cross(1)
    seconds = median(cross(2 * copies) for _ in range(SAMPLES))
    wrong = sum(count_wrong(gpu, memory + half, half) for gpu, memory in ends)
    return seconds, SIZE, wrong


def measure_latency(way):
    """Seconds of a small copy among many, all of them waiting before the first begins."""
    (source, here), (to, there) = way

    def send_all():
        for _ in range(SMALL_COPIES):
            source.send(to, there, here, SMALL)

    def take_one():
        for _ in range(DELAYS):
            source.poison(here, SIZE)
        return source.take_time(send_all)

    send_all()
    source.wait()
    return median(take_one() for _ in range(SAMPLES)) / SMALL_COPIES


if __name__ == "__main__":
    run(lambda: write(measure()))
