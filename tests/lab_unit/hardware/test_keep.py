"""What a node wrote into its hardware stays while other parts change."""

from __future__ import annotations

from pathlib import Path

from podsys.lab.hardware.files import Files, update_files
from podsys.lab.hardware.keep import keep_bytes, keep_lines, keep_written

CONFIG = "/sys/devices/x/config"


def change(folder: Path, before: Files, after: Files) -> None:
    update_files(folder, before, keep_written(folder, before, after))


def test_registers_that_were_set_outlive_another_change(tmp_path: Path) -> None:
    before, after = {CONFIG: b"\x00\x10\x20\x30"}, {CONFIG: b"\x00\x10\x20\x99"}
    update_files(tmp_path, {}, before)
    (tmp_path / CONFIG[1:]).write_bytes(b"\x00\x77\x20\x30")
    change(tmp_path, before, after)
    assert (tmp_path / CONFIG[1:]).read_bytes() == b"\x00\x77\x20\x99"


def test_the_part_that_changes_is_new_whatever_was_written() -> None:
    assert keep_bytes(b"\x01\x02", b"\x01\x03", b"\x09\x09") == b"\x09\x03"


def test_another_size_is_another_file() -> None:
    assert keep_bytes(b"ab", b"abc", b"xy") == b"abc"


def test_lines_are_kept_by_their_key_and_in_the_new_order() -> None:
    before, after = b"a=1\nb=1\nend=1\n", b"b=1\na=2\nc=1\nend=1\n"
    assert keep_lines(before, after, b"a=7\nb=7\nend=1\n") == b"b=7\na=2\nc=1\nend=1\n"


def test_other_files_are_written_as_rendered(tmp_path: Path) -> None:
    before, after = {"/sys/a/mtu": b"12\n"}, {"/sys/a/mtu": b"13\n"}
    update_files(tmp_path, {}, before)
    (tmp_path / "sys/a/mtu").write_bytes(b"99\n")
    change(tmp_path, before, after)
    assert (tmp_path / "sys/a/mtu").read_bytes() == b"13\n"


def test_a_file_that_the_node_removed_comes_back(tmp_path: Path) -> None:
    change(tmp_path, {CONFIG: b"ab"}, {CONFIG: b"ac"})
    assert (tmp_path / CONFIG[1:]).read_bytes() == b"ac"
