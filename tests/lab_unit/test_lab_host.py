"""Where the lab cannot work it says so, and what to do."""

import shutil

import pytest

from podsys import lab
from podsys.errors import PodsysError
from podsys.lab import host


def test_macos_is_told_to_take_a_vm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(PodsysError, match="macOS") as caught:
        lab.up(2, "t-lab-none")
    assert "VM" in caught.value.hint


@pytest.mark.parametrize("act", [lambda: lab.up(2, "t-lab-none"), lambda: lab.down("t-lab-none")])
def test_without_root_it_names_sudo(monkeypatch: pytest.MonkeyPatch, act) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(PodsysError, match="root") as caught:
        act()
    assert "sudo" in caught.value.hint


def test_missing_nspawn_without_apt_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which
    absent = {"systemd-nspawn", "apt-get"}
    monkeypatch.setattr(
        "shutil.which", lambda tool, **more: None if tool in absent else real(tool, **more)
    )
    with pytest.raises(PodsysError, match="systemd-container"):
        host.require_tools(lambda _text: None)


def test_missing_nspawn_is_installed_with_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    installed: list[str] = []
    monkeypatch.setattr(host, "find_missing", lambda _: ["systemd-container"])
    monkeypatch.setattr("shutil.which", lambda tool, **_more: f"/usr/bin/{tool}")
    monkeypatch.setattr(host, "install", installed.extend)
    host.require_tools(said.append)
    assert installed == ["systemd-container"]
    assert "apt-get install systemd-container" in said[0]


def test_unknown_lab_has_a_remedy() -> None:
    with pytest.raises(PodsysError, match="no lab 't-lab-none'") as caught:
        lab.status("t-lab-none")
    assert "lab up" in caught.value.hint


@pytest.mark.parametrize("nodes", [0, -1, 201])
def test_impossible_number_of_nodes(monkeypatch: pytest.MonkeyPatch, nodes: int) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(PodsysError, match="1 to 200 nodes"):
        lab.up(nodes, "t-lab-none")
