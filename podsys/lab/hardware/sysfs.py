"""How emulated devices stand in sysfs, whatever their class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from podsys.lab.hardware.files import Entry, Files, link_to
from podsys.lab.hardware.pci import bound_driver, locate
from podsys.lab.hardware.topology import list_reachable

State = dict[str, Any]


def line(value: object) -> bytes:
    """A value as sysfs shows it."""
    return f"{value}\n".encode()


def list_driven(state: State, kind: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Entries of `gpus` or `nics` that answer their driver, each with its device's folder."""
    devices = state["devices"]
    there = list_reachable(devices)
    for part in state[kind]:
        device = there.get(part["bdf"])
        if device and not device["gone"] and bound_driver(state, device):
            yield part, locate(devices, part["bdf"])


def place(device: str, kind: str, name: str, files: Mapping[str, bytes]) -> Files:
    """A thing of class `kind` below its device, with the links by which it is found."""
    home, listed = f"{device}/{kind}/{name}", f"/sys/class/{kind}/{name}"
    found: dict[str, Entry] = {f"{home}/{path}": content for path, content in files.items()}
    links = {f"{home}/device": device, f"{home}/subsystem": f"/sys/class/{kind}", listed: home}
    return found | {path: link_to(path, target) for path, target in links.items()}
