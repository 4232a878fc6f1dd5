"""Which faults the lab can make, and where; nothing is broken here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podsys.commands import lab_faults
from podsys.commands.lab_faults import find_platforms, list_hardware, load_all
from podsys.core.faults import CompiledFault, parse_faults
from podsys.errors import PodsysError

FAULT = """\
id: too-hot
title: A GPU is too hot
status: fail
blocks: true
applies: "{applies}"
applies_text: somewhere
when: 1 > 0
evidence: hot
symptom: slow
cause: no air
remedy: air
repairs: hands
source: [a book]
lab: {lab}
"""
NVIDIA = {"h100-pcie", "hgx-a100", "hgx-h100"}
EVERYWHERE = {"", "cpu-only", "h100-pcie", "hgx-a100", "hgx-h100", "mi300x"}


def make_fault(applies: str, lab: str) -> CompiledFault:
    text = FAULT.format(applies=applies, lab=lab)
    ((fault,), problems) = parse_faults({"x/too-hot.yaml": text}, ("gpu", "pci", "kernel_log"))
    assert problems == []
    return fault


@pytest.mark.parametrize(
    ("applies", "lab", "platforms"),
    [
        ("gpu.vendor == 'nvidia'", "{state: [{path: gpus.0.lost, value: true}]}", NVIDIA),
        ("gpu.count > 0", "{state: [{path: gpus.0.lost, value: true}]}", NVIDIA | {"mi300x"}),
        (
            "1 > 0",
            "{state: [{path: gpus.7.lost, value: true}]}",
            {"hgx-a100", "hgx-h100", "mi300x"},
        ),
        ("1 > 0", "{log: ['mce: {nics.0.bdf} is hot']}", EVERYWHERE - {""}),
        ("1 > 0", "{run: [['true']]}", EVERYWHERE),
        ("1 > 0", "{run: [['true']], platforms: [mi300x]}", {"mi300x"}),
        ("'gpus' in platform.expects", "{run: [['true']]}", NVIDIA | {"mi300x"}),
        ("kernel_log.boot_s > 0", "{run: [['true']]}", EVERYWHERE),
        ("1 > 0", "{none: no heat here}", set()),
    ],
)
def test_a_fault_can_be_made_where_it_applies_and_has_what_it_breaks(
    applies: str, lab: str, platforms: set[str]
) -> None:
    assert set(find_platforms(make_fault(applies, lab), list_hardware())) == platforms


def test_every_fault_of_the_catalog_can_be_made_or_says_why_not() -> None:
    hardware = list_hardware()
    assert [
        one.id
        for one in load_all()
        if bool(find_platforms(one, hardware)) == bool(one.fault.lab.none)
    ] == []


def test_the_list_has_one_id_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lab_faults.list_faults(as_json=False)
    shown = capsys.readouterr().out.splitlines()
    lab_faults.list_faults(as_json=True)
    entries: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["faults"]
    assert shown == [entry["id"] for entry in entries if entry["platforms"]]
    assert "gpu-lost-xid79" in shown
    assert all(entry["none"] for entry in entries if entry["id"] not in shown)


def test_an_unknown_fault_is_refused_with_the_nearest() -> None:
    with pytest.raises(PodsysError, match="no fault 'gpu-lost-xid7'") as caught:
        lab_faults.break_node("gpu-lost-xid7", "n001", "nowhere")
    assert "gpu-lost-xid79" in caught.value.hint
