"""Configuration spaces decode back to the state they were built from, by a reader of our own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.lab.hardware.around import look_around
from podsys.lab.hardware.config_space import SIZE, build_config
from podsys.lab.hardware.state import healthy_state
from tests.lab_unit.hardware.hardware_sample import PLATFORMS

ACS = ["SrcValid", "TransBlk", "ReqRedir", "CmpltRedir", "UpstreamFwd", "EgressCtrl", "DirectTrans"]
SPEEDS = {1: 2.5, 2: 5.0, 3: 8.0, 4: 16.0, 5: 32.0, 6: 64.0}
ASPM = ["off", "L0s", "L1", "L0s L1"]
PORT_TYPES = {0: "endpoint", 4: "root_port", 5: "switch_up", 6: "switch_down"}
HEADER = 0x40
# Bytes that each capability takes, from the PCI specifications.
LENGTHS = {0x01: 8, 0x05: 14, 0x0D: 8, 0x10: 60, 0x11: 12}
EXTENDED_LENGTHS = {0x0001: 0x48, 0x0003: 12, 0x000D: 8, 0x000F: 8}

H100 = healthy_state(PLATFORMS["hgx-h100"], "node1")["devices"]
AROUND = look_around(H100)
sizes = st.sampled_from([128, 256, 512, 1024, 2048, 4096])
speeds = st.sampled_from(sorted(SPEEDS.values()))
widths = st.sampled_from([0, 1, 2, 4, 8, 16])
edits = st.fixed_dictionaries(
    {},
    optional={
        "mps": sizes,
        "mps_supported": sizes,
        "mrrs": sizes,
        "speed_gts": speeds,
        "max_speed_gts": speeds,
        "width": widths,
        "max_width": widths,
        "relaxed_ordering": st.booleans(),
        "aspm": st.sampled_from(ASPM),
        "acs": st.none() | st.lists(st.sampled_from(ACS), unique=True),
        "driver": st.sampled_from(["", "vfio-pci"]),
    },
)


def number(config: bytes, at: int, size: int) -> int:
    return int.from_bytes(config[at : at + size], "little")


def walk(config: bytes) -> Iterator[tuple[int, int]]:
    """Offset and id of each capability of the first 256 bytes."""
    at = config[0x34]
    while at:
        yield at, config[at]
        at = config[at + 1]


def walk_extended(config: bytes) -> Iterator[tuple[int, int]]:
    at = 0x100
    while at:
        head = number(config, at, 4)
        yield at, head & 0xFFFF
        at = head >> 20


def spans(config: bytes) -> list[tuple[int, int]]:
    """First and last byte of the header and of every capability."""
    found = [(at, at + LENGTHS[name] - 1) for at, name in walk(config)]
    found += [(at, at + EXTENDED_LENGTHS[name] - 1) for at, name in walk_extended(config)]
    return sorted([(0, HEADER - 1), *found])


def decode(config: bytes) -> dict[str, Any]:
    """What the state says of a device, from its registers."""
    express = next(at for at, name in walk(config) if name == 0x10)
    flags, control = number(config, express + 2, 2), number(config, express + 8, 2)
    capabilities, status = number(config, express + 12, 4), number(config, express + 18, 2)
    acs = next((at for at, name in walk_extended(config) if name == 0x0D), None)
    enabled = number(config, acs + 6, 2) if acs else 0
    return {
        "type": PORT_TYPES[flags >> 4 & 0xF],
        "mps_supported": 128 << (number(config, express + 4, 4) & 7),
        "mps": 128 << (control >> 5 & 7),
        "mrrs": 128 << (control >> 12 & 7),
        "relaxed_ordering": bool(control & 0x10),
        "max_speed_gts": SPEEDS[capabilities & 0xF],
        "max_width": capabilities >> 4 & 0x3F,
        "speed_gts": SPEEDS[status & 0xF],
        "width": status >> 4 & 0x3F,
        "aspm": ASPM[number(config, express + 16, 2) & 3],
        "acs": [name for bit, name in enumerate(ACS) if enabled >> bit & 1] if acs else None,
    }


@given(st.sampled_from(sorted(H100)), edits)
def test_any_edit_reads_back(bdf: str, edit: dict[str, Any]) -> None:
    device = H100[bdf] | edit
    config = build_config(bdf, device, AROUND[bdf])
    found = decode(config)
    acs = found.pop("acs")
    assert acs == (device["acs"] and sorted(device["acs"], key=ACS.index))
    assert found.pop("type") in (device["kind"], "endpoint")
    assert found == {key: device[key] for key in found}


@given(st.sampled_from(sorted(H100)), edits)
def test_capabilities_follow_one_another_and_do_not_overlap(bdf: str, edit: dict[str, Any]) -> None:
    config = build_config(bdf, H100[bdf] | edit, AROUND[bdf])
    assert len(config) == SIZE == 4096
    found = spans(config)
    for (_, end), (start, _) in pairwise(found):
        assert end < start
    assert all(start % 4 == 0 for start, _ in found)
    assert [end for start, end in found if start < 0x100][-1] < 0x100
    assert not any(config[found[-1][1] + 1 :])


@pytest.mark.parametrize(
    "edit",
    [
        {"mps": 300},
        {"mps_supported": 64},
        {"mrrs": 8192},
        {"mps": 0},
        {"mrrs": -128},
        {"speed_gts": 3.0},
        {"width": 7},
        {"max_width": -1},
        {"aspm": "on"},
        {"acs": ["Redirect"]},
    ],
)
def test_values_that_hardware_cannot_have_are_refused(edit: dict[str, Any]) -> None:
    bdf = "0000:17:02.0"
    with pytest.raises(ValueError):
        build_config(bdf, H100[bdf] | edit, AROUND[bdf])


def test_identity_stands_in_the_header() -> None:
    config = build_config("0000:1a:00.0", H100["0000:1a:00.0"], AROUND["0000:1a:00.0"])
    assert (number(config, 0, 2), number(config, 2, 2)) == (0x10DE, 0x2330)
    assert (config[8], number(config, 9, 3), config[14]) == (0xA1, 0x030200, 0)
    assert (number(config, 0x2C, 2), number(config, 0x2E, 2)) == (0x10DE, 0x16C1)


def test_bridges_know_their_buses() -> None:
    config = build_config("0000:16:00.0", H100["0000:16:00.0"], AROUND["0000:16:00.0"])
    assert config[14] == 1
    assert tuple(config[0x18:0x1B]) == (0x16, 0x17, 0x1A)


def test_a_device_that_fell_off_the_bus_answers_with_ones() -> None:
    gone = H100["0000:1a:00.0"] | {"gone": True}
    assert build_config("0000:1a:00.0", gone, AROUND["0000:1a:00.0"]) == b"\xff" * 4096
