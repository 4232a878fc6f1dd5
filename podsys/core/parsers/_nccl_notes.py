"""What NCCL and its tests print around the table: who took part, over what, what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

FAILURES = re.compile(
    r"Test (?:CUDA |NCCL |HIP )?(?:failure|timeout)|unhandled (?:system|cuda) error"
    r"|hip failure|Segmentation fault|\bAborted\b|exited on signal",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"#\s+Rank\s+([0-9]+)\s.*?\bPid\s+[0-9]+\s+on\s+(\S+)\s+device\s+[0-9]+"
    r"(?:\s+\[[^\]]*\]\s*(.*))?"
)
_SWEEP = re.compile(
    r"#.*?minBytes ([0-9]{1,18}) maxBytes ([0-9]{1,18}) step: ([0-9]{1,18})\((factor|bytes)\)"
)
_PROGRAM = re.compile(r"\b([a-z_]+)_perf\b")
_NET = re.compile(r"NET/(IB|Socket|OFI|AWS Libfabric)\b")
_ALGORITHM = re.compile(r"NCCL_ALGO(?: set by environment to |=)([A-Za-z,^]+)")
# What it took for a message: by number in old versions, by name since 2.24.
_TAKEN = re.compile(r"[0-9]+ Bytes\s*-> Algo ([0-9A-Za-z_]+) proto ([0-9A-Za-z_]+)")
_ALGORITHMS = ("TREE", "RING", "COLLNET_DIRECT", "COLLNET_CHAIN", "NVLS", "NVLS_TREE", "PAT")
_PROTOCOLS = ("LL", "LL128", "SIMPLE")
_CHANNELS = re.compile(r"([0-9]+) nvls channels")


@dataclass(slots=True)
class Notes:
    """`ranks` by number -> host. `sweep`: least and most bytes, step, whether it multiplies."""

    ranks: dict[int, str] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)
    sweep: tuple[int, int, int, bool] | None = None
    validated: bool | None = None
    programs: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    setup: dict[str, str | int] = field(default_factory=dict)
    started: bool = False
    concluded: bool = False
    through_network: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """Empty where the list of devices is not whole."""
        whole = self.ranks and len(self.ranks) == max(self.ranks) + 1
        return tuple(sorted(set(self.ranks.values()))) if whole else ()


def read_notes(lines: Iterable[str], ranks: Mapping[int, str] | None = None) -> Notes:
    """`ranks`: by number -> host, where the lines do not say it."""
    notes = Notes(ranks=dict(ranks or {}))
    for line in lines:
        if "_perf" in line:
            notes.programs.update(_PROGRAM.findall(line))
        if line.lstrip().startswith("#"):
            _read_comment(line, notes)
        elif "NCCL" in line:
            _read_info(line, notes)
        if is_failure(line):
            notes.failures.append(line.strip()[:200])
    _settle_transport(notes)
    return notes


def is_failure(line: str) -> bool:
    return not line.lstrip().startswith("#") and bool(FAILURES.search(line))


def _read_comment(line: str, notes: Notes) -> None:
    device, sweep = _DEVICE.match(line.lstrip()), _SWEEP.match(line.lstrip())
    if device:
        notes.ranks[int(device[1])] = device[2]
        notes.devices.update(filter(None, [(device[3] or "").strip()]))
    elif sweep:
        notes.sweep = (int(sweep[1]), int(sweep[2]), int(sweep[3]), sweep[4] == "factor")
        notes.validated = {"1": True, "0": False}.get(_after(line, "validation: "))
    elif "Collective test starting" in line:
        notes.started = True
    elif "Collective test concluded" in line:
        notes.concluded = True


def _after(line: str, label: str) -> str:
    return line.partition(label)[2][:1]


def _read_info(line: str, notes: Notes) -> None:
    channels, algorithm = _CHANNELS.search(line), _ALGORITHM.search(line)
    if channels:
        notes.setup["nvls"] = "on" if int(channels[1]) else "off"
    taken = _TAKEN.search(line)
    if taken:
        notes.setup["algorithm"] = _name(taken[1], _ALGORITHMS)
        notes.setup["protocol"] = _name(taken[2], _PROTOCOLS)
    elif algorithm:
        notes.setup["algorithm"] = algorithm[1]
    if " via NET/" in line:
        notes.through_network = True
        notes.setup["gdr"] = "on" if "GDRDMA" in line else "off"
    if "GPU Direct RDMA Disabled" in line:
        notes.setup["gdr"] = "off"
    network = _NET.search(line)
    if network and " Using " in line:
        notes.setup["transport"] = _name_network(network[1], line)


def _name(word: str, names: Sequence[str]) -> str:
    known = word.isdecimal() and int(word) < len(names)
    return names[int(word)] if known else word


def _name_network(plugin: str, line: str) -> str:
    if plugin == "IB":
        return "roce" if "/RoCE" in line else "ib"
    return {"Socket": "socket"}.get(plugin, "efa")


def _settle_transport(notes: Notes) -> None:
    """Within one node NCCL names its network too, and uses it only where P2P is off."""
    hosts = notes.hosts
    if notes.ranks:
        notes.setup["gpus"] = max(notes.ranks) + 1
    if hosts:
        notes.setup["nodes"] = len(hosts)
    network = notes.setup.pop("transport", "")
    if len(hosts) > 1 and network:
        notes.setup["transport"] = f"{network}-multinode"
    elif len(hosts) == 1 and notes.through_network:
        notes.setup["transport"] = f"{network or 'ib'}-loopback"


def count_rows(sweep: Sequence[int]) -> int:
    """How many sizes such a sweep has; 0 where it would never end."""
    size, most, step, multiplies = sweep
    if (multiplies and (step < 2 or size < 1)) or step < 1 or size > most:
        return 1 if size == most else 0
    if not multiplies:
        return (most - size) // step + 1
    count = 0
    while size <= most:
        size, count = size * step, count + 1
    return count
