"""Virtual machines of the lab, as far as they can be seen without starting one."""

from __future__ import annotations

from pathlib import Path

import pytest

from podsys.errors import PodsysError
from podsys.lab.kind import choose_kind
from podsys.lab.layout import Lab
from podsys.lab.processes import QEMU, belongs_to
from podsys.lab.vm.image import MENU, name_disk
from podsys.lab.vm.qemu import address_of, list_words
from podsys.node.grub import find_default


def test_the_first_menu_is_read_as_grubs_own():
    found = find_default(MENU.format(uuid="5d2b", kernel="6.1.0-56-cloud-amd64"))
    assert found is not None
    assert found.version == "6.1.0-56-cloud-amd64"
    assert found.arguments.startswith("root=UUID=5d2b ro")


def test_other_packages_are_another_disk():
    assert name_disk() == name_disk(())
    assert name_disk(["chrony"]) != name_disk()


def test_every_machine_has_an_address_of_its_own_and_never_kvm(tmp_path: Path):
    lab = Lab("one", tmp_path)
    nodes = [lab.node(number) for number in range(1, 201)]
    assert len({address_of(node) for node in nodes}) == len(nodes)
    words = [str(word) for word in list_words(nodes[0])]
    assert "pc,accel=tcg" in words
    assert not any("kvm" in word for word in words)


def test_a_machine_is_known_by_its_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    node = Lab("one", tmp_path).node(1)
    words = [QEMU, *map(str, list_words(node))]
    monkeypatch.setattr("podsys.lab.processes.read_argv", lambda _: words)
    assert belongs_to(1, node.dir, "group")
    assert not belongs_to(1, Lab("one", tmp_path).node(2).dir, "group")


def test_virtual_machines_have_no_emulated_hardware(tmp_path: Path):
    with pytest.raises(PodsysError, match="Emulated hardware"):
        choose_kind(Lab("one", tmp_path), None, ["hgx-h100"], vm=True)
