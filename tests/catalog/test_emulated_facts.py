"""The facts that the catalog's test makes of a state are those that the sections read of its files.

Every platform in good health, and every fault that edits hardware, on the first platform that has
the parts. What only systemd or NVIDIA's library can tell is left to the lab.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from podsys.lab.breaking import can_make, edit
from podsys.lab.hardware.files import Files, update_files, write_files
from podsys.lab.hardware.host import Machine
from podsys.lab.hardware.kmsg import stamp_log
from podsys.lab.hardware.render import render
from podsys.node import machine as door
from podsys.node.memo import forget
from podsys.node.sections import dmi, drivers, gpu, infiniband, kernel_log, pci
from tests.catalog.emulated_facts import UPTIME_S, Facts, State, facts_of
from tests.catalog.test_faults import FAULTS, PLATFORMS, healthy

# Facts of a running node beside its hardware, and of what is not emulated at all.
ELSEWHERE = {
    "drivers": ("fabric_manager", "persistenced_active", "nvidia_package_version", "dmabuf"),
    "kernel_log": ("boot_s", "oldest_s"),
}


class Folders:
    """For each platform a folder with the files of a healthy node, made once and kept."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, Files] = {}

    @contextmanager
    def show(self, state: State) -> Iterator[Path]:
        """The folder as it is in that state."""
        platform = state["platform"]
        folder = self.root / platform
        if platform not in self.files:
            self.files[platform] = files_of(healthy(platform))
            write_files(folder, self.files[platform])
            (folder / "proc").mkdir(exist_ok=True)
            (folder / "proc/uptime").write_text(f"{UPTIME_S} 1.0\n")
        new = files_of(state)
        update_files(folder, self.files[platform], new)
        yield folder
        update_files(folder, new, self.files[platform])


def files_of(state: State) -> Files:
    log = stamp_log(state["kmsg"], UPTIME_S)
    return render({**state, "kmsg": log}, Machine(2, 1 << 24, UPTIME_S))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return Folders(tmp_path_factory.mktemp("nodes"))


def states() -> Iterator[Any]:
    for platform in sorted(PLATFORMS):
        yield pytest.param(healthy(platform), id=f"healthy-{platform}")
    for fault in FAULTS.values():
        where = fault.lab.platforms or sorted(PLATFORMS, reverse=True)
        for platform in where:
            if (fault.lab.state or fault.lab.log) and can_make(fault.lab, healthy(platform)):
                yield pytest.param(edit(fault.lab)(healthy(platform)), id=f"{fault.id}-{platform}")
                break


@pytest.mark.parametrize("state", list(states()))
def test_facts_are_those_of_the_sections(
    state: State, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "show", lambda units, properties: {unit: {} for unit in units})
    monkeypatch.setattr(door, "find_command", lambda name: None)
    made = facts_of(state)
    sections = {"dmi": dmi, "drivers": drivers, "infiniband": infiniband}
    sections |= {"kernel_log": kernel_log, "pci": pci}
    if state["driver"]["vendor"] != "nvidia":
        sections["gpu"] = gpu
    with folders.show(state) as folder:
        monkeypatch.setenv("PODSYS_ROOT", str(folder))
        forget()
        read = {name: section.read() for name, section in sections.items()}
    for name, found in read.items():
        known = {key: one for key, one in found.items() if key not in ELSEWHERE.get(name, ())}
        assert shared(made[name], known) == shared(known, made[name]), name


def shared(one: Any, other: Any) -> Any:
    """What of `one` the other has, too: facts that no rule reads are not made."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: shared(value, other[key]) for key, value in one.items() if key in other}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [shared(*pair) for pair in zip(one, other, strict=True)]
    return one


def test_made_facts_are_a_plain_copy() -> None:
    state = healthy("hgx-h100")
    facts: Facts = facts_of(state)
    facts["pci"]["devices"][0]["aer"]["fatal"] = 1
    assert facts_of(state) != facts
