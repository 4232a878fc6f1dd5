"""Every section on a machine whose files hold anything: Unreadable or sane facts, nothing else.

Which files a section reads is found out by watching it on a healthy machine, so that a new
section is tested here by existing.
"""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podsys.node import machine as door
from podsys.node.memo import forget
from podsys.node.sections import find_sections, read_section
from podsys.node.values import LARGEST
from tests.node.conftest import FakeMachine
from tests.node.fake_nvml import start
from tests.node.hardware import put_server

TOOLS = {
    "chronyc": "0A000001,n001,3,1763899200.5,-0.00001,0.1,0.2,1.5,0.01,0.2,0.3,0.1,64.2,Normal",
    "nv-fabricmanager": "Fabric Manager version is : 535.129.03",
    "systemd-detect-virt": "kvm",
}
SYSTEMCTL = {
    "list": "a.service loaded failed failed A\nb.timer loaded activating start B\n",
    "manager": "SystemState=running\nVirtualization=kvm\n",
    "unit": "Id=chrony.service\nActiveState=active\n",
}
# What may be below zero.
SIGNED = {"offset_s"}
# A section reads none of its files when it only asks the system, as for the own name.
FILELESS = {"names"}

digits = st.sampled_from(
    [b"-1", b"nan", b"inf", b"1e400", b"9" * 40, b"0x", b"\xff\xfe", b"", b"0"]
)
texts = st.sampled_from(
    ["\x1b[31m", "\x00", "∞", "١٢", "a: b\n" * 50, " ", "=", ": ", "TOTAL 1 kB"]
)
contents = st.binary(max_size=200) | digits | texts.map(str.encode)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeMachine]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        root = tmp_path_factory.mktemp("server")
        monkeypatch.setenv("PODSYS_ROOT", str(root))
        start(monkeypatch, {})
        machine = FakeMachine(root)
        put_server(machine)
        for name, said in TOOLS.items():
            machine.put(f"/said/{name}", said)
            machine.tool(name, f'cat "$PODSYS_ROOT/said/{name}"')
        put_systemctl(machine)
        yield machine


def put_systemctl(machine: FakeMachine) -> None:
    """Three questions, each with its file of what it says."""
    for name, said in SYSTEMCTL.items():
        machine.put(f"/said/systemctl.{name}", said)
    machine.put("/etc/systemd/system/chrony.service")
    cases = "list-units*) name=list;; *SystemState*) name=manager;; *) name=unit;;"
    machine.tool("systemctl", f'case "$*" in {cases} esac; cat "$PODSYS_ROOT/said/systemctl.$name"')


def watch(machine: FakeMachine, name: str) -> list[Path]:
    """Files below the root that a section opens, or that its tools print."""
    opened: set[Path] = set()
    real_open, real_os_open = builtins.open, os.open

    def note(path: object) -> None:
        if isinstance(path, str) and path.startswith(str(machine.root)):
            opened.add(Path(path).resolve())

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "open", lambda p, *a, **k: (note(p), real_os_open(p, *a, **k))[1])
        monkeypatch.setattr(
            builtins, "open", lambda p, *a, **k: (note(p), real_open(p, *a, **k))[1]
        )
        machine.path("/calls").unlink(missing_ok=True)
        forget()
        read_section(name)
    for call in machine.calls:
        opened |= set(machine.path("/said").glob(f"{call.split()[0]}*"))
    return sorted(path for path in opened if path.is_file())


@pytest.mark.parametrize("name", find_sections())
def test_a_healthy_machine(server, name):
    check(name, encode(read(name)))
    assert watch(server, name) or name in FILELESS


@pytest.mark.parametrize("name", find_sections())
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_content(server, name, data):
    files = watch(server, name)
    if not files:
        return
    path = data.draw(st.sampled_from(files), label="file")
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before)))
    damaged = contents.map(lambda part: before[:at] + part + before[at + len(part) :])
    try:
        path.write_bytes(data.draw(contents | damaged, label="content"))
        check(name, encode(read(name)))
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("name", find_sections())
@pytest.mark.parametrize("content", [b"", b"\xff" * 4096, b"x" * ((4 << 20) + 1)])
def test_all_of_its_files_at_once(server, name, content):
    files = {path: path.read_bytes() for path in watch(server, name)}
    try:
        for path in files:
            path.write_bytes(content)
        check(name, encode(read(name)))
    finally:
        for path, before in files.items():
            path.write_bytes(before)


def read(name: str) -> object:
    """Facts, or None for a section that says why it has none."""
    forget()
    reason = ""
    try:
        return read_section(name)
    except door.Unreadable as error:
        reason = str(error)
    assert 0 < len(reason) < 1000
    return None


def encode(found: object) -> object:
    """As it goes through the wire, which takes no NaN."""
    return json.loads(json.dumps(found, allow_nan=False))


def check(name: str, value: object) -> None:
    """No number below zero or beyond what a counter holds, no text that plays with a terminal."""
    if isinstance(value, dict):
        for key, part in value.items():
            check(key, part)
    elif isinstance(value, list):
        for part in value:
            check(name, part)
    elif isinstance(value, str):
        assert value.isprintable(), name
        assert len(value) <= 5000, name
    elif isinstance(value, int | float):
        assert value >= 0 or name in SIGNED
        assert abs(value) <= LARGEST, name
