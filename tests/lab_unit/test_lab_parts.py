"""Knobs, package cache and subnets, each on its own."""

import ipaddress
from pathlib import Path

import pytest

from podsys.lab import bridge
from podsys.lab.knobs import list_for_node, load_knobs, write_defaults
from podsys.lab.proxy import link_packages
from podsys.lab.settings import Settings


def test_every_bound_path_has_copies() -> None:
    knobs = load_knobs()
    folders = [*knobs["files"], "/proc/cmdline"]
    for path in knobs["bound"]:
        assert any(folder == path or folder.startswith(f"{path}/") for folder in folders), path


def test_arguments_change_only_known_knobs() -> None:
    knobs = load_knobs()
    for effects in knobs["arguments"].values():
        for path in effects:
            folder, _, name = path.rpartition("/")
            assert name in knobs["files"][folder]


def test_defaults_are_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "kernel"
    write_defaults(target)
    assert (target / "proc/sys/vm/swappiness").read_text() == "60\n"
    choice = target / "sys/kernel/mm/transparent_hugepage/enabled"
    assert choice.read_text() == "[always] madvise never\n"
    governor = target / "sys/devices/system/cpu/cpufreq/policy0/scaling_governor"
    assert governor.read_text() == "schedutil\n"


def test_lists_are_lines() -> None:
    lists = list_for_node()
    assert set(lists) == {"bound", "real", "constants", "arguments"}
    assert all(text.endswith("\n") for text in lists.values())


def test_only_complete_packages_are_kept(tmp_path: Path) -> None:
    pool = tmp_path / "a/pool"
    pool.mkdir(parents=True)
    for name, size in (("whole", 4), ("half", 9)):
        (pool / f"{name}.deb").write_bytes(b"four")
        (pool / f"{name}.deb.head").write_text(f"HTTP/1.1 200 OK\nContent-Length: {size}\n")
    link_packages(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in (tmp_path / "b").rglob("*.deb")] == ["whole.deb"]


def test_subnet_avoids_what_the_host_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    used = [ipaddress.IPv4Network("10.77.0.0/23"), ipaddress.IPv4Network("192.168.0.0/16")]
    monkeypatch.setattr(bridge, "find_networks", lambda: iter(used))
    assert bridge.choose_subnet(None) == 2
    assert bridge.choose_subnet(Settings(9, 500)) == 9
    assert bridge.choose_subnet(Settings(1, 500)) == 2
