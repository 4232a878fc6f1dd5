"""Each active RDMA port sends to itself (ib_write_bw): the NIC, its slot, and GPUDirect by its GPU.

One port after the other: together they would share the memory of the host. With the memory of the
GPU beside it where perftest was built for that.
"""

from __future__ import annotations

import shlex

from podsys.core.launchers.node_tool import NodeTool, Way, count_gpus
from podsys.core.launchers.perftest import KNOCK_S, OVERHEAD_S, PROGRAM, knock, perftest_words
from podsys.core.near_gpus import find_near_gpus
from podsys.core.rails import Rail, find_rails
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept

SECONDS, PORT = 2, 29170
HERE = "127.0.0.1"
# One queue pair alone does not fill every NIC.
QUEUES = ("-q", "2")
MOST_PORTS = 16
# How perftest takes the memory of a GPU, by its maker.
MEMORY = {"10de": "--use_cuda", "1002": "--use_rocm"}


def _loopback(facts: NodeFacts, _accept: Accept) -> str:
    rails, near = find_rails(facts), find_near_gpus(facts)
    if not rails:
        return "echo 'no RDMA port is active' >&2; exit 1"
    maker = "10de" if count_gpus(facts, ("10de",)) else "1002"
    steps = [_MEASURE, "export CUDA_DEVICE_ORDER=PCI_BUS_ID", "count=0"]
    steps.append(f"$tool --help 2>&1 | grep -q -e {MEMORY[maker]} && able=yes || able=")
    for rail in rails:
        steps.append(_measure(rail, "host"))
        if rail.device in near:
            gpu = near[rail.device]
            on_gpu = _measure(rail, f"gpu{gpu}", f"{MEMORY[maker]}={gpu}")
            steps.append(f'[ -z "$able" ] || {{ {on_gpu}; }}')
    return "; ".join([*steps, 'echo "#podsys rails $count"'])


def _measure(rail: Rail, memory: str, *options: str) -> str:
    words = perftest_words(rail.device, PORT, SECONDS)
    label = f"{rail.device}:{rail.rate_gbps or 0:g}:{memory}"
    return shlex.join(["measure", label, *words, *QUEUES, *options])


# Both ends here; the server has nobody to wait for when the client is done.
_ENDS = f"timeout -k 2 {SECONDS + OVERHEAD_S}"
_MEASURE = (
    f'measure() {{ echo "#podsys rail $1"; shift; {_ENDS} "$@" >/dev/null 2>&1 & server=$!; '
    + knock(f'{_ENDS} "$@" {HERE}')
    + "; kill $server 2>/dev/null; wait $server; count=$((count + 1)); }"
)


def _why_not(facts: NodeFacts) -> str:
    """A port without a PCI device is RDMA in software: no NIC to measure."""
    ports = facts.get("infiniband.ports")
    if ports is None or any(port.get("bdf") for port in ports):
        return ""
    return "no RDMA adapter here"


TOOL = NodeTool(
    name="loopback",
    ways=(Way((PROGRAM,), _loopback),),
    seconds=2 * (SECONDS + 2) * 8,
    limit_s=2 * MOST_PORTS * (SECONDS + KNOCK_S + OVERHEAD_S),
    remedy="install perftest",
    find_reason=_why_not,
    emulated=True,
)
