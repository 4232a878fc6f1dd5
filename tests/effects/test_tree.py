"""Replacing a folder: all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from podsys.effects import tree
from podsys.effects.tree import write_tree


def content(root: Path) -> dict[str, str]:
    return {f.relative_to(root).as_posix(): f.read_text() for f in root.rglob("*") if f.is_file()}


def test_files_no_longer_wanted_go(tmp_path: Path) -> None:
    root = tmp_path / "rendered"
    assert write_tree(root, {"a": "1", "d/b": b"2"})
    assert write_tree(root, {"a": "3"})
    assert content(root) == {"a": "3"}
    assert [path.name for path in tmp_path.iterdir()] == ["rendered"]


def test_the_same_content_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "rendered"
    write_tree(root, {"a": "1"})
    before = root.stat().st_ino
    assert not write_tree(root, {"a": "1"})
    assert root.stat().st_ino == before


def test_an_unchanged_file_keeps_its_time(tmp_path: Path) -> None:
    root = tmp_path / "rendered"
    write_tree(root, {"a": "1", "b": "1"})
    before = (root / "a").stat().st_mtime_ns
    write_tree(root, {"a": "1", "b": "2"})
    assert (root / "a").stat().st_mtime_ns == before
    assert content(root) == {"a": "1", "b": "2"}


def test_hand_edits_are_undone(tmp_path: Path) -> None:
    root = tmp_path / "rendered"
    write_tree(root, {"a": "1"})
    (root / "a").write_text("edited")
    (root / "extra").write_text("x")
    assert write_tree(root, {"a": "1"})
    assert content(root) == {"a": "1"}


def test_a_failed_write_leaves_the_old_tree(tmp_path: Path) -> None:
    root = tmp_path / "rendered"
    write_tree(root, {"a": "1"})
    with pytest.raises((FileExistsError, NotADirectoryError)):
        write_tree(root, {"a": "2", "a/b": "a file cannot be a folder"})
    assert content(root) == {"a": "1"}


@pytest.mark.parametrize("kill_at", ["_place", "_sync_folder"])
def test_a_run_killed_at_any_moment_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill_at: str
) -> None:
    root = tmp_path / "rendered"
    write_tree(root, {"a": "1"})
    with monkeypatch.context() as patch:
        patch.setattr(tree, kill_at, _die)
        with pytest.raises(KeyboardInterrupt):
            write_tree(root, {"a": "2"})
    write_tree(root, {"a": "2"})
    assert content(root) == {"a": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["rendered"]


def test_a_run_killed_between_the_two_renames_loses_nothing(tmp_path: Path) -> None:
    root = tmp_path / "rendered"
    write_tree(root, {"a": "1"})
    root.rename(tmp_path / ".rendered.old")
    tree.recover_tree(root)
    assert content(root) == {"a": "1"}


def _die(*_: object) -> None:
    raise KeyboardInterrupt
