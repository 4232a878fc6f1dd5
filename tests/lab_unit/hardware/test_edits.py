"""Paths into a state: what they change, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.lab.hardware.edits import NoSuchPathError, apply_edits, fill, read

State = dict[str, Any]


@pytest.fixture
def state() -> State:
    return {
        "gpus": [{"bdf": "0000:1a:00.0", "lost": False}, {"bdf": "0000:2a:00.0", "lost": False}],
        "devices": {
            "0000:1a:00.0": {"parent": "0000:17:00.0", "width": 16},
            "0000:2a:00.0": {"parent": "0000:17:00.0", "width": 16},
            "0000:17:00.0": {"parent": "", "width": 16},
        },
        "modules": {"nvidia": "535"},
    }


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("gpus.1.lost", ["gpus.1.lost"]),
        ("gpus.*.lost", ["gpus.0.lost", "gpus.1.lost"]),
        ("devices[gpus.0.bdf].width", ["devices[gpus.0.bdf].width"]),
        ("devices[gpus.*.bdf].width", ["devices[gpus.0.bdf].width", "devices[gpus.1.bdf].width"]),
        ("devices[devices[gpus.0.bdf].parent].width", ["devices[0000:17:00.0].width"]),
        ("devices.*.width", ["devices[gpus.0.bdf].width", "devices[0000:17:00.0].width"]),
        ("modules.nouveau", ["modules.nouveau"]),
    ],
)
def test_paths_lead_to_what_they_say(state: State, path: str, changed: list[str]) -> None:
    before = repr(state)
    new = apply_edits(state, [(path, 8)])
    assert [read(new, one) for one in changed] == [8] * len(changed)
    assert repr(state) == before


def test_edits_follow_each_other(state: State) -> None:
    new = apply_edits(state, [("gpus.0.bdf", "0000:2a:00.0"), ("devices[gpus.0.bdf].width", 4)])
    assert new["devices"]["0000:2a:00.0"]["width"] == 4


@pytest.mark.parametrize(
    "path", ["gpus.2.lost", "gpus.x.lost", "nics.0.state", "devices[nics.0.bdf].gone",
             "gpus.-1.lost", "gpus.0.lost.deep", "devices[gpus.0", "gpus.7"],
)  # fmt: skip
def test_what_is_not_there_is_refused(state: State, path: str) -> None:
    with pytest.raises(NoSuchPathError):
        apply_edits(state, [(path, 1)])


def test_texts_are_filled_from_the_state(state: State) -> None:
    assert fill(state, "Xid (PCI:{gpus.0.bdf}): 79") == "Xid (PCI:0000:1a:00.0): 79"
    assert fill(state, 8) == 8
    with pytest.raises(NoSuchPathError):
        fill(state, "{gpus.9.bdf}")
    shell = "awk '{print $1}' {gpus.1.bdf}"
    assert fill(state, shell, strict=False) == "awk '{print $1}' 0000:2a:00.0"


@given(st.text(alphabet="gpus.0123[]*bdf{}:-x", max_size=20))
def test_no_path_breaks_the_reader(path: str) -> None:
    state = {"gpus": [{"bdf": "x"}], "x": {"bdf": 1}}
    try:
        apply_edits(state, [(path, 1)])
    except NoSuchPathError:
        return
    assert state == {"gpus": [{"bdf": "x"}], "x": {"bdf": 1}}
