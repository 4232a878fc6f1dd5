"""podsys bundle before and beside its work: places, locks, what it refuses."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from podsys.commands import bundle_gather
from podsys.commands.bundle import claim_partial
from podsys.commands.bundle_gather import choose_proxies, refuse_clock
from podsys.commands.common import load_cluster
from podsys.core.lock import make_lock
from podsys.effects.catalog import read_release_texts
from podsys.effects.closure import Closure
from podsys.errors import PodsysError
from podsys.view.progress import progress
from tests.commands.test_bad_input import GOOD, podsys, snapshot
from tests.releases import SECURITY, locked


def test_a_command_that_kept_nothing_leaves_nothing(tmp_path: Path) -> None:
    with claim_partial(tmp_path / "a.bundle") as partial:
        assert partial.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_stays_and_half_a_bundle_goes(tmp_path: Path) -> None:
    with claim_partial(tmp_path / "a.bundle") as partial:
        (partial / "kept").write_text("x")
        (partial / "bundle.tar").write_text("half")
    with claim_partial(tmp_path / "a.bundle") as partial:
        assert sorted(path.name for path in partial.iterdir()) == ["kept", "lock"]


def test_two_commands_do_not_make_the_same_file(tmp_path: Path) -> None:
    with (
        claim_partial(tmp_path / "a.bundle"),
        pytest.raises(PodsysError, match="another podsys bundle"),
        claim_partial(tmp_path / "a.bundle"),
    ):
        pass


@pytest.mark.parametrize("name", ["none/a.bundle", "."])
def test_a_place_that_is_none_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(PodsysError, match="no place for a file"), claim_partial(tmp_path / name):
        pass


def workspace(folder: Path, os: str | None = None, family: str = "rhel") -> Path:
    """Two nodes, seen before as machines of this system, or never."""
    (folder / "cluster.yaml").write_text(GOOD)
    if os:
        system = {"os": os, "os_version": "9", "os_family": family, "arch": "x86_64"}
        section = {"status": "ok", "data": system, "reason": "", "seconds": 0.0}
        facts = {node: {"sections": {"system": section}} for node in ("n001", "n002")}
        (folder / ".podsys").mkdir()
        (folder / ".podsys/facts.json").write_text(json.dumps(facts))
    return folder


def test_nodes_that_nobody_has_seen_cannot_be_served(tmp_path: Path) -> None:
    done = podsys("bundle", "a.bundle", cwd=workspace(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "no node has been seen yet" in done.stderr
    assert not (tmp_path / "a.bundle.partial").exists()


def test_another_system_is_refused_in_plain_words(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "gentoo", "")
    before = snapshot(folder)
    done = podsys("bundle", "a.bundle", cwd=folder)
    assert done.returncode == 2
    assert "n[001-002]: podsys bundle asks apt or dnf" in done.stderr
    assert snapshot(folder) == before


def test_keys_of_a_sites_own_release_come_along(tmp_path: Path, monkeypatch) -> None:
    text = read_release_texts()[0][f"podsys/catalog/releases/{SECURITY}.yaml"]
    key = "    key: https://mirror.site/archive.asc\n"
    folder = workspace(tmp_path, "debian", "debian")
    (folder / "releases").mkdir()
    (folder / "releases/debian-12-nvidia-ours.yaml").write_text(
        text.replace(SECURITY, "debian-12-nvidia-ours")
        .replace("name: nvidia-535.309\n", "name: nvidia-ours\n")
        .replace("  security:\n    kind: apt\n", "  security:\n    kind: apt\n" + key, 1)
    )
    lock = make_lock("0" * 64, "2.19", {}, [locked("debian-12-nvidia-ours", "n[001-002]")])
    (folder / "podsys.lock").write_text(lock)
    monkeypatch.setattr(bundle_gather, "ask_closure", lambda *_: Closure((), {}, time.time()))
    with progress("bundle", shown=False) as watch:
        contents = bundle_gather.gather_contents(load_cluster(folder), watch, None)
    keys = [one.origin for one in contents.downloads if one.kind == "key"]
    assert keys == ["https://mirror.site/archive.asc"]


def test_verify_needs_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "a.bundle").write_text("something else")
    done = podsys("bundle", "a.bundle", "--verify", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.bundle: no bundle" in done.stderr


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        ("{file: a.bundle}", "missing key bundle.listen"),
        ("{file: a, listen: here}", "write an IPv4 address of this machine"),
        ("{file: a, listen: 0.0.0.0}", "name the one address"),
        ("{file: a, listen: 10.0.0.1, port: 80}", "greater than or equal to 1024"),
        ("{file: a, listen: 10.0.0.1, prot: 8080}", "did you mean port?"),
    ],
)
def test_a_bad_bundle_in_cluster_yaml(tmp_path: Path, bundle: str, said: str) -> None:
    (tmp_path / "cluster.yaml").write_text(f"{GOOD}bundle: {bundle}\n")
    done = podsys("deploy", "--plan", cwd=tmp_path)
    assert done.returncode == 2
    assert "cluster.yaml:5: " in done.stderr
    assert said in done.stderr


def test_a_bundle_that_is_not_there_is_said_before_any_node_is_asked(tmp_path: Path) -> None:
    text = f"{GOOD}bundle: {{file: a.bundle, listen: 127.0.0.1}}\n"
    (tmp_path / "cluster.yaml").write_text(text)
    done = podsys("deploy", "--plan", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.bundle: no such file" in done.stderr
    assert "probe" not in done.stderr


def test_a_clock_that_is_a_day_off_is_named_with_both_times() -> None:
    refuse_clock("n001", time.time() - 3600)
    with pytest.raises(PodsysError, match=r"the clock of n001 says .* UTC, this machine's .* UTC"):
        refuse_clock("n001", time.time() - 2 * 86400)


def test_the_proxy_is_the_one_named_else_the_nodes_own() -> None:
    of_nodes = {"http": "http://p:3142", "https": "DIRECT"}
    assert choose_proxies(of_nodes, None) == {"http": "http://p:3142"}
    assert choose_proxies(of_nodes, "http://q:1") == {"http": "http://q:1", "https": "http://q:1"}
    assert choose_proxies(of_nodes, "direct") == {}
