"""Rendered files in a folder: in place, nothing left over, a tool's own writes kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.lab.hardware.files import Folder, Link, link_to, update_files, write_files

FILES = {
    "/sys/a/one": b"1\n",
    "/sys/a/two": b"2\n",
    "/sys/b": Folder(),
    "/sys/links/one": Link("../a/one"),
}


def read_tree(folder: Path) -> dict[str, object]:
    """Like the mapping that is written, with folders that hold nothing."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        name = f"/{path.relative_to(folder)}"
        if path.is_symlink():
            found[name] = Link(str(path.readlink()))
        elif path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[name] = Folder()
    return found


def test_what_is_written_is_there(tmp_path):
    write_files(tmp_path, FILES)
    assert read_tree(tmp_path) == FILES
    assert (tmp_path / "sys/links/one").read_bytes() == b"1\n"


def test_writing_anew_removes_everything_else(tmp_path):
    write_files(tmp_path, FILES | {"/sys/old/deep/file": b"x", "/sys/old/link": Link("deep")})
    write_files(tmp_path, FILES)
    assert read_tree(tmp_path) == FILES


def test_files_and_mounted_folders_stay_the_same_ones(tmp_path):
    """A bind mount holds on to the inode."""
    write_files(tmp_path, FILES | {"/sys/b/child": b"x"})
    before = [(tmp_path / name).stat().st_ino for name in ("sys/a/one", "sys/b")]
    changed = FILES | {"/sys/a/one": b"longer than it was\n"}
    update_files(tmp_path, FILES | {"/sys/b/child": b"x"}, changed)
    assert [(tmp_path / name).stat().st_ino for name in ("sys/a/one", "sys/b")] == before
    assert read_tree(tmp_path) == changed


def test_a_shorter_content_leaves_no_tail(tmp_path):
    write_files(tmp_path, {"/file": b"long content\n"})
    write_files(tmp_path, {"/file": b"short\n"})
    assert (tmp_path / "file").read_bytes() == b"short\n"


def test_what_a_tool_wrote_stays_until_that_file_is_rendered_otherwise(tmp_path):
    write_files(tmp_path, FILES)
    (tmp_path / "sys/a/one").write_bytes(b"by hand")
    other = FILES | {"/sys/a/two": b"two\n"}
    update_files(tmp_path, FILES, other)
    assert (tmp_path / "sys/a/one").read_bytes() == b"by hand"
    update_files(tmp_path, other, other | {"/sys/a/one": b"one\n"})
    assert (tmp_path / "sys/a/one").read_bytes() == b"one\n"


def test_writing_anew_forgets_what_a_tool_wrote(tmp_path):
    write_files(tmp_path, FILES)
    (tmp_path / "sys/a/one").write_bytes(b"by hand")
    write_files(tmp_path, FILES)
    assert read_tree(tmp_path) == FILES


def test_a_file_may_become_a_link_and_back(tmp_path):
    for entry in (b"file", Link("other"), b"file"):
        write_files(tmp_path, {"/other": b"untouched", "/x": entry})
        assert read_tree(tmp_path) == {"/other": b"untouched", "/x": entry}


def test_links_are_relative():
    path = "/sys/bus/pci/devices/0000:1a:00.0"
    assert link_to(path, "/sys/devices/pci0000:15") == Link("../../../devices/pci0000:15")


names = st.sampled_from(["/a/f", "/a/g", "/a/sub/f", "/b/f", "/b/sub/deep/f", "/c"])
trees = st.dictionaries(names, st.binary(max_size=8) | st.just(Link("/nowhere")))


@given(before=trees, after=trees)
def test_an_update_ends_where_writing_anew_does(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, bytes | Link],
    after: dict[str, bytes | Link],
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    write_files(folder, before)
    update_files(folder, before, after)
    assert read_tree(folder) == after
