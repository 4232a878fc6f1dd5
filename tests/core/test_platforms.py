"""Platform files: as shipped, their faults with lines, and machines recognised among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.platforms import parse_platforms, recognise
from podsys.effects.catalog import read_platforms_texts
from podsys.model.facts import NodeFacts, Section
from podsys.model.platform import Platform

FILE = "podsys/catalog/platforms/hgx-h100.yaml"
TEXT = read_platforms_texts()[FILE]
PLATFORMS, PROBLEMS = parse_platforms(read_platforms_texts())
NAMED = {platform.id: platform for platform in PLATFORMS}


def facts(devices: Sequence[dict[str, str]] | None, product: str = "") -> NodeFacts:
    sections = {"dmi": Section("ok", {"product": product})}
    if devices is not None:
        sections["pci"] = Section("ok", {"devices": devices})
    return NodeFacts("n1", sections=sections)


def seen(pci_id: str, kind: str, count: int) -> list[dict[str, Any]]:
    vendor, device = pci_id.split(":")
    return [{"vendor": vendor, "device": device, "kind": kind}] * count


def name_of(found: Platform | None) -> str | None:
    return found.id if found else None


def problems_of(text: str, file: str = FILE) -> list[str]:
    return [str(problem) for problem in parse_platforms({file: text})[1]]


def test_the_shipped_platforms_are_good() -> None:
    assert PROBLEMS == []
    assert {"hgx-h100", "hgx-a100", "h100-pcie", "mi300x", "cpu-only"} <= set(NAMED)


@pytest.mark.parametrize(
    ("name", "switches", "links"),
    [
        ("hgx-h100", ("10de:22a3", 4), (18, 18)),
        ("hgx-a100", ("10de:1af1", 6), (12, 12)),
        ("h100-pcie", None, (18, 12)),
        ("mi300x", None, (0, 0)),
    ],
)
def test_nvlinks_and_their_switches(
    name: str, switches: tuple[str, int] | None, links: tuple[int, int]
) -> None:
    platform = NAMED[name]
    assert platform.gpus
    assert (platform.gpus.nvlinks, platform.gpus.nvlinks_active) == links
    found = platform.nvswitches
    assert (found and (found.pci_id, found.count)) == switches


@pytest.mark.parametrize("name", ["hgx-h100", "hgx-a100", "mi300x"])
def test_each_gpu_has_a_nic_of_its_own(name: str) -> None:
    assert NAMED[name].pairs == {index: index for index in range(8)}


def test_cards_on_root_ports_have_no_nic_on_their_switch() -> None:
    assert NAMED["h100-pcie"].pairs == {}


@pytest.mark.parametrize("platform", [one for one in PLATFORMS if one.gpus])
def test_a_platform_is_recognised_by_ids_whatever_its_name(platform: Platform) -> None:
    assert platform.gpus
    found = platform.nvswitches
    switches = seen(found.pci_id, "nvswitch", 1) if found else []
    fewest = 1 if platform.switches else platform.gpus.count
    for count in range(fewest, platform.gpus.count + 1):
        devices = [*seen(platform.gpus.pci_id, "gpu", count), *switches]
        assert name_of(recognise(facts(devices, "no such product"), PLATFORMS)) == platform.id


@pytest.mark.parametrize("pci_id", ["10de:2330", "10de:20b2"])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_smaller_board_of_the_same_gpus_has_no_switches(pci_id: str, count: int) -> None:
    """Boards of four are linked directly, and guests of a cloud get one GPU or two."""
    assert recognise(facts(seen(pci_id, "gpu", count), "PowerEdge XE8640"), PLATFORMS) is None
    eight = facts(seen(pci_id, "gpu", 8), "PowerEdge XE8640")
    assert recognise(eight, PLATFORMS) is not None


def test_cards_are_sold_in_any_number() -> None:
    two = seen("10de:2331", "gpu", 2)
    assert recognise(facts(two, "PowerEdge R760"), PLATFORMS) is None
    assert name_of(recognise(facts(two, "PowerEdge R760xa"), PLATFORMS)) == "h100-pcie"


def test_a_known_name_stands_for_the_switches_too() -> None:
    assert name_of(recognise(facts(seen("10de:2330", "gpu", 7), "DGXH100"), PLATFORMS)) == (
        "hgx-h100"
    )


def test_switches_without_gpus_are_no_plain_server() -> None:
    switches = seen("10de:22a3", "nvswitch", 4)
    assert recognise(facts(switches, "no such product"), PLATFORMS) is None


@given(st.integers(min_value=9, max_value=64))
def test_more_gpus_than_a_platform_has_are_another_machine(count: int) -> None:
    devices = seen("10de:2330", "gpu", count)
    assert recognise(facts(devices, "PowerEdge XE9680"), PLATFORMS) is None


def test_gpus_of_no_platform_or_of_two_are_not_recognised() -> None:
    b200 = seen("10de:2901", "gpu", 8)
    mixed = [*seen("10de:2330", "gpu", 4), *seen("1002:74a1", "gpu", 4)]
    for devices in (b200, mixed):
        assert recognise(facts(devices, "DGXH100"), PLATFORMS) is None


def test_a_machine_that_lost_all_gpus_is_known_by_its_name() -> None:
    assert name_of(recognise(facts([], "AS -4124GO-NART"), PLATFORMS)) == "hgx-a100"
    assert name_of(recognise(facts([], "AS -8125GS-TNMR2"), PLATFORMS)) == "mi300x"


def test_nvswitches_settle_what_a_shared_chassis_leaves_open() -> None:
    """The same chassis is sold with NVIDIA's and with AMD's accelerators."""
    assert recognise(facts([], "PowerEdge XE9680"), PLATFORMS) is None
    switches = seen("10de:22a3", "nvswitch", 4)
    assert name_of(recognise(facts(switches, "PowerEdge XE9680"), PLATFORMS)) == "hgx-h100"


def test_no_accelerator_and_no_known_name_is_a_plain_server() -> None:
    nics = seen("15b3:101b", "nic", 2)
    assert name_of(recognise(facts(nics, "PowerEdge R660"), PLATFORMS)) == "cpu-only"
    assert name_of(recognise(facts([], ""), PLATFORMS)) == "cpu-only"


def test_nothing_is_said_of_a_machine_whose_pci_devices_were_not_read() -> None:
    assert recognise(facts(None, "DGXH100"), PLATFORMS) is None


def test_a_larger_box_with_the_same_gpu_is_told_apart_by_name_then_by_room() -> None:
    small = NAMED["h100-pcie"]
    gpus = small.gpus
    assert gpus
    match = small.match.model_copy(update={"products": ("^BIG",), "gpu_count": 8})
    big = small.model_copy(
        update={"id": "big", "match": match, "gpus": gpus.model_copy(update={"count": 8})}
    )
    both = [big, small]
    four, eight = (facts(seen("10de:2331", "gpu", count)) for count in (4, 8))
    assert name_of(recognise(four, both)) == "h100-pcie"
    assert name_of(recognise(eight, both)) == "big"
    named = facts(seen("10de:2331", "gpu", 4), "BIG BOX")
    assert name_of(recognise(named, both)) == "big"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: hgx-h100", "id: other", "other stands in the file of hgx-h100"),
        ("gpu_count: 8", "gpu_count: 4", "match and gpus differ"),
        ('"^DGXH100"', '"(DGX"', "not a regular expression"),
        ("nvme 7, gpu 7]", "nvme 7]", "gpu 7 is missing"),
        ("nvme 7, gpu 7]", "nvme 7, gpu 7, gpu 8]", "gpu 8 is one too many"),
        ("nvlinks_active: 18", "nvlinks_active: 19", "more links wired than the chip has"),
        ("link: {gts: 32, width: 16}", "link: {gts: 30, width: 16}", "no PCIe generation"),
        ('port: "0000:15:01.0", numa: 0, switch: true', 'port: "0000:15:01.0", numa: 0', "holds"),
        ("memory_mib: 81559", "memory: 81559", "unknown key gpus.memory"),
        ("payload: 256\nsource", "payload: 300\nsource", "payload"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, message: str) -> None:
    assert old in TEXT
    found = problems_of(TEXT.replace(old, new, 1))
    assert any(message in problem for problem in found), found
    assert all(problem.startswith(f"{FILE}:") for problem in found)


def test_all_faults_come_at_once() -> None:
    text = TEXT.replace("gpu_count: 8", "gpu_count: 4").replace("nvme 7, gpu 7]", "nvme 7]")
    assert len(problems_of(text)) == 2


def test_two_machines_do_not_share_a_bus() -> None:
    """Two root ports below one another's buses could not be told apart."""
    overlapping = TEXT.replace('"0000:3d:01.0"', '"0000:17:01.0"')
    assert any("bus" in problem for problem in problems_of(overlapping))


@given(st.text() | st.text().map(lambda text: TEXT + text))
def test_no_text_breaks_the_parser(text: str) -> None:
    platforms, problems = parse_platforms({FILE: text})
    assert len(platforms) + bool(problems) == 1
