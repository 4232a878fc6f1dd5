"""Every platform rendered whole, and what is seen of it on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podsys.lab.hardware.files import Link, update_files, write_files
from podsys.lab.hardware.host import Machine
from podsys.lab.hardware.render import PLACES, render

MACHINE = Machine(cpus=4, memory_kib=8 << 20, uptime_s=100)


def test_no_link_of_a_healthy_node_leads_nowhere(
    make_state: Any, platform_id: str, tmp_path: Path
) -> None:
    files = render(make_state(platform_id), MACHINE)
    write_files(tmp_path, files)
    links = [path for path, entry in files.items() if isinstance(entry, Link)]
    assert links
    assert all((tmp_path / path[1:]).exists() for path in links)
    assert all((tmp_path / place[1:]).is_dir() for place in PLACES)


def test_rendering_is_always_the_same(make_state: Any, platform_id: str) -> None:
    assert render(make_state(platform_id), MACHINE) == render(make_state(platform_id), MACHINE)


def test_places_stay_when_nothing_is_in_them(h100: dict[str, Any], tmp_path: Path) -> None:
    before = render(h100, MACHINE)
    write_files(tmp_path, before)
    h100["modules"], h100["driver"]["module_loaded"] = {}, False
    for device in h100["devices"].values():
        device["present"] = False
    after = render(h100, MACHINE)
    update_files(tmp_path, before, after)
    assert all((tmp_path / place[1:]).is_dir() for place in PLACES)
    assert not (tmp_path / "sys/class/infiniband").exists()
    assert not list((tmp_path / "sys/bus/pci/devices").iterdir())
