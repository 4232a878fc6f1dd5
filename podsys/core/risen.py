"""Error counters that rose from one look at a node to the next, and parts that went away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from podsys.model.facts import NodeFacts

# Of InfiniBand and RoCE ports: damage to the link, not congestion.
PORT_ERRORS = (
    "symbol_error",
    "link_error_recovery",
    "link_downed",
    "port_rcv_errors",
    "local_link_integrity_errors",
    "excessive_buffer_overrun_errors",
    "rx_icrc_encapsulated",
)
NVLINK_ERRORS = ("crc_errors", "replay_errors", "recovery_errors")

Counters = Mapping[str, int]


def find_unread(facts: NodeFacts, sections: Iterable[str]) -> str:
    """Why what is in these sections cannot be told to have stayed; "" where all were read."""
    for name in sections:
        found = facts.sections.get(name)
        if found is None or found.status != "ok":
            return f"{name}: {(found.reason if found else '') or 'not read'}"
    return ""


def find_risen(before: NodeFacts, after: NodeFacts) -> Iterator[str]:
    """`mlx5_0/1 symbol_error 3 -> 17`; a counter that went back counts from nothing.

    A part that is gone has taken its counters along: it is named itself.
    """
    still = {*_parts(after)}
    yield from (f"{part} is gone" for part in _parts(before) if part not in still)
    known = dict(_counters(before))
    for name, value in _counters(after):
        if name in known and value > known[name]:
            yield f"{name} {known[name]} -> {value}"
        elif name in known and 0 < value < known[name]:
            yield f"{name} {known[name]} -> {value}, reset meanwhile"


def _parts(facts: NodeFacts) -> Iterator[str]:
    """What answers; not interfaces made by software, which come and go."""
    for port in facts.get("infiniband.ports") or ():
        yield f"{port['device']}/{port['port']}"
    for nic in facts.get("network.nics") or ():
        if nic.get("physical"):
            yield str(nic["name"])
    for device in facts.get("pci.devices") or ():
        if not device.get("gone"):
            yield str(device["bdf"])
    for gpu in facts.get("gpu.gpus") or ():
        if not (gpu.get("error") or facts.get("gpu.nvml_error")):
            yield f"GPU {gpu['bdf']}"


def _counters(facts: NodeFacts) -> Iterator[tuple[str, int]]:
    for port in facts.get("infiniband.ports") or ():
        where = f"{port['device']}/{port['port']}"
        for name in PORT_ERRORS:
            yield from _take(f"{where} {name}", port.get("counters", {}).get(name))
    for nic in facts.get("network.nics") or ():
        yield from _take(f"{nic['name']} carrier_changes", nic.get("carrier_changes"))
    for device in facts.get("pci.devices") or ():
        for kind, count in (device.get("aer") or {}).items():
            yield from _take(f"{device['bdf']} aer {kind}", count)
    for gpu in facts.get("gpu.gpus") or ():
        for link in gpu.get("nvlinks") or ():
            for name in NVLINK_ERRORS:
                yield from _take(f"{gpu['bdf']} link {link['link']} {name}", link.get(name))


def _take(name: str, value: object) -> Iterator[tuple[str, int]]:
    if isinstance(value, int) and not isinstance(value, bool):
        yield name, value
