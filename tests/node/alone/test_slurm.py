"""Drains: podsys's own come and go, everybody else's stay. The scontrol here is a small script."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.alone.slurm import parse_state, update_drain
from podsys.node.machine import Unreadable

# As scontrol of Slurm 22.05 prints it, in one line.
LINE = (
    "NodeName=n001 Arch=x86_64 CoresPerSocket=56 CPUAlloc=0 CPUTot=112 CPULoad=0.00 "
    "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:8 NodeAddr=n001 NodeHostName=n001 "
    "Version=22.05.8 OS=Linux 6.1.0 RealMemory=2000000 AllocMem=0 FreeMem=1 Sockets=2 Boards=1 "
    "State={state} ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A Partitions=gpu "
    "BootTime=2026-01-30T08:00:00 SlurmdStartTime=2026-01-30T08:01:00 CfgTRES=cpu=112 AllocTRES= "
    "CapWatts=n/a CurrentWatts=0 AveWatts=0 ExtSensorsJoules=n/s ExtSensorsWatts=0 "
    "ExtSensorsTemp=n/s{reason}"
)
STAMP = " [root@2026-01-31T12:00:00]"
SCRIPT = """#!/bin/sh
echo "$*" >> "{folder}/calls"
case "$1" in
  show) cat "{folder}/state";;
  update) exit "$(cat "{folder}/code")";;
esac
"""


class Scontrol:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put("scontrol", SCRIPT.format(folder=folder))
        self.put("code", "0")
        self.be("IDLE")

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def be(self, state: str, reason: str = "") -> None:
        text = f" Reason={reason}{STAMP}" if reason else ""
        self.put("state", LINE.format(state=state, reason=text) + "\n")

    @property
    def updates(self) -> list[str]:
        calls = (self.folder / "calls").read_text().splitlines()
        return [call for call in calls if call.startswith("update")]


@pytest.fixture
def scontrol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scontrol:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Scontrol(tmp_path)


BAD = "gpu-lost-xid79: GPU 3 is lost"


@pytest.mark.parametrize(
    ("state", "before", "reason", "said", "updates"),
    [
        ("IDLE", "", "", "left alone", []),
        ("IDLE", "", BAD, "drained", [f"State=DRAIN Reason=podsys: {BAD}"]),
        ("MIXED", "", BAD, "drained", [f"State=DRAIN Reason=podsys: {BAD}"]),
        ("IDLE+DRAIN", f"podsys: {BAD}", BAD, "is drained already", []),
        ("IDLE+DRAIN", "podsys: other", BAD, "drained", [f"State=DRAIN Reason=podsys: {BAD}"]),
        ("IDLE+DRAIN", f"podsys: {BAD}", "", "resumed", ["State=RESUME"]),
        ("IDLE+DRAIN", "bad cable, see ticket 7", "", "left alone", []),
        ("IDLE+DRAIN", "bad cable, see ticket 7", BAD, "left alone", []),
        ("DOWN*", "Not responding", BAD, "left alone", []),
        ("DOWN", "NHC: check_hw failed", "", "left alone", []),
        ("IDLE+DRAIN", "my podsys: is not at the start", "", "left alone", []),
        ("IDLE+DRAIN", "", "", "left alone", []),
        ("IDLE", "podsys: from before", "", "left alone", []),
    ],
)
def test_who_may_change_what(scontrol, state, before, reason, said, updates):
    scontrol.be(state, before)
    assert update_drain("n001", reason, 60).startswith(said)
    assert scontrol.updates == [f"update NodeName=n001 {words}" for words in updates]


def test_a_hung_scontrol_hangs_nobody(scontrol):
    scontrol.put("scontrol", "#!/bin/sh\nexec sleep 600\n")
    with pytest.raises(Unreadable, match="scontrol did not end within"):
        update_drain("n001", BAD, 0.4)


def test_a_scontrol_that_fails_is_told(scontrol):
    scontrol.put("scontrol", "#!/bin/sh\necho 'slurm_load_node error: timed out' >&2\nexit 1\n")
    with pytest.raises(Unreadable, match="timed out"):
        update_drain("n001", BAD, 60)


def test_a_refused_update_is_told(scontrol):
    scontrol.put("code", "1")
    with pytest.raises(Unreadable, match="scontrol update"):
        update_drain("n001", BAD, 60)


def test_without_slurm_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("podsys.node.alone.slurm.PLACES", str(tmp_path))
    with pytest.raises(Unreadable, match="not installed"):
        update_drain("n001", BAD, 60)


@pytest.mark.parametrize("node", ["", "-h", "n1 n2", "n1,n2", "n[1-2]", "all=1"])
def test_only_a_plain_name_is_asked_for(scontrol, node):
    with pytest.raises(Unreadable, match="no name"):
        update_drain(node, BAD, 60)


def test_what_stands_in_a_line():
    state = parse_state(LINE.format(state="IDLE+DRAIN", reason=f" Reason=two words{STAMP}"))
    assert (state.words, state.reason) == (["IDLE", "DRAIN"], "two words")
    late = LINE.format(state="DOWN*+DRAIN", reason=f" Reason=a b{STAMP} Comment=c d")
    assert parse_state(late).reason == "a b"
    assert parse_state(LINE.format(state="IDLE", reason="")).reason == ""


@given(st.text())
def test_no_output_breaks_the_reader(text):
    try:
        found = parse_state(text)
    except Unreadable:
        return
    assert all(word.isupper() or not word for word in found.words)
