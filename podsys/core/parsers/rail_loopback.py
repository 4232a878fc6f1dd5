"""perftest of one RDMA port after the other, each sending to itself, as podsys runs it.

Each is judged by its share of its own port's rate: ports for storage are often slower than rails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from podsys.core.parsers import Unreadable, perftest
from podsys.model.output import Figure, ToolOutput

TOOL = "perftest-loopback"
BANDWIDTH, SHARE = "rdma_loopback_bw", "rdma_loopback_share"
_SECTION = re.compile(r"(?m)^#podsys rail ([\w.-]{1,40}):([0-9.]{1,10}):(host|gpu[0-9]{1,3})\n")
_END = re.compile(r"#podsys rails ([0-9]{1,4})\n?\Z")


@dataclass(frozen=True, slots=True)
class Port:
    """One port's test. `gbps`: its rate, 0 where nobody knows; `memory`: host or gpu3."""

    device: str
    gbps: float
    memory: str
    text: str


def recognises(text: str) -> bool:
    return perftest.SECTION in text


def parse(text: str) -> ToolOutput:
    ports = _split(text)
    found = [(port, _read(port)) for port in ports]
    return ToolOutput(
        tool=TOOL,
        figures=tuple(figure for port, output in found for figure in _figures(port, output)),
        faults=tuple(f"{_name(p)}: {fault}" for p, output in found for fault in output.faults),
        gaps=tuple(f"{_name(p)}: {gap}" for p, output in found for gap in output.gaps),
    )


def _split(text: str) -> list[Port]:
    end = _END.search(text)
    parts = _SECTION.split(text[: end.start()] if end else text)[1:]
    ports = [
        Port(device, float(rate), memory, said)
        for device, rate, memory, said in zip(*(parts[n::4] for n in range(4)), strict=True)
    ]
    if not end or not ports or int(end[1]) != len(ports):
        raise Unreadable("the tests of the ports did not run to their end")
    if len({(port.device, port.memory) for port in ports}) != len(ports):
        raise Unreadable("a port stands twice")
    return ports


def _read(port: Port) -> ToolOutput:
    try:
        return perftest.parse(port.text)
    except Unreadable as error:
        return ToolOutput(tool=TOOL, gaps=(error.reason,))


def _name(port: Port) -> str:
    return f"{port.device}, {port.memory}"


def _figures(port: Port, output: ToolOutput) -> Iterator[Figure]:
    rates = [one for one in output.figures if one.metric == "rdma_write_bw" and one.value]
    subject = port.device if port.memory == "host" else f"{port.device} {port.memory}"
    setup = {"memory": port.memory.rstrip("0123456789"), "transport": "nic-loopback"}
    blank = Figure(metric=SHARE, value=None, unit="%", subject=subject, setup=setup)
    if len(rates) != 1:
        yield replace(blank, problem="no single result")
        return
    [rate] = rates
    yield replace(rate, metric=BANDWIDTH, subject=subject, setup=setup)
    if port.gbps:
        share = round(100 * (rate.value or 0.0) / port.gbps, 2)
        yield replace(blank, value=share, size=rate.size)
    else:
        yield replace(blank, problem="the kernel does not say the port's rate")


_SECTIONS = [
    f"#podsys rail {name}\n{perftest.KNOWN_GOOD}"
    for name in ("mlx5_0:400:host", "mlx5_0:400:gpu0", "mlx5_1:400:host")
]
_LAST = "#podsys rails 3\n"
KNOWN_GOOD = "".join(_SECTIONS) + _LAST
KNOWN_BAD = (
    "",
    "".join(_SECTIONS),
    "".join(_SECTIONS[:2]) + _LAST,
    "".join([*_SECTIONS[:2], _SECTIONS[0]]) + _LAST,
    KNOWN_GOOD.replace("mlx5_1:400", "mlx5_1:0"),
    KNOWN_GOOD.replace("#podsys rail mlx5_0:400:gpu0\n", ""),
    *(
        "".join(_SECTIONS[:2]) + f"#podsys rail mlx5_1:400:host\n{bad}{_LAST}"
        for bad in perftest.KNOWN_BAD
    ),
)
