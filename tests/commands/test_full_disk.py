"""A full disk on the admin node: said as such, and whatever was whole before stays whole."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from podsys.effects.bundle_file import write_bundle
from podsys.effects.download import Fetcher
from podsys.effects.downloads import fetch_all
from podsys.effects.repository import unpack_repository
from podsys.effects.workspace import write_atomically
from podsys.errors import ExitCode, PodsysError, explain_full_disk
from podsys.model.bundle import BundleItem, Download, Manifest
from tests.bad_mirror import serve
from tests.commands.test_bad_input import GOOD, podsys, snapshot
from tests.small_disk import as_root, fill, small_disk

BODY = b"package " * 40_000
SHA = hashlib.sha256(BODY).hexdigest()


@as_root
def test_a_download_ends_all_and_goes_on_once_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_bytes(BODY)
    with small_disk(tmp_path / "disk", 128) as disk, serve(tmp_path) as url:
        wanted = Download("x", "package", "a", f"{url}/a.deb", size=len(BODY), sha256=SHA)
        stop = threading.Event()
        (done,) = fetch_all(Fetcher(disk, {}, stop), [wanted], lambda *_: None)
        assert (done.status, stop.is_set()) == ("failed", True)
        assert done.reason.startswith(f"no space left for {disk}: make room")
        part = (disk / f"{SHA}.part").read_bytes()
        assert part
        assert BODY.startswith(part)
        (tmp_path / f"{SHA}.part").write_bytes(part)
        again = Fetcher(tmp_path, {}, threading.Event()).fetch(wanted)
        assert again.status == "fetched"


def manifest() -> Manifest:
    item = BundleItem(path="pool/d/a.deb", kind="package", name="a", size=len(BODY), sha256=SHA)
    return Manifest(
        podsys_bundle=1, podsys="0", cluster="c", made="2026-01-01T00:00:00Z",
        systems=("debian-12",), items=(item,),
    )  # fmt: skip


@as_root
def test_a_bundle_is_not_written_in_part(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 128) as disk:
        with pytest.raises(OSError) as caught:
            write_bundle(disk / "aside", b"{}", {"pool/d/a.deb": BODY})
        full = explain_full_disk(caught.value)
        assert full
        assert (full.exit_code, "df -h" in full.hint) == (ExitCode.FAILED, True)


@as_root
@pytest.mark.parametrize("known", [True, False])
def test_a_bundle_is_not_unpacked_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Seen before anything is written; and where the room goes away meanwhile, just as well."""
    bundle = tmp_path / "a.bundle"
    write_bundle(bundle, manifest().model_dump_json().encode(), {"pool/d/a.deb": BODY})
    if not known:
        monkeypatch.setattr("podsys.effects.repository.free_bytes", lambda _: 1 << 40)
    with small_disk(tmp_path / "disk", 128) as disk:
        with pytest.raises(PodsysError, match=r"bytes there|cannot be unpacked") as caught:
            unpack_repository(bundle, manifest(), disk / "served/one", lambda _: {})
        assert "room" in caught.value.hint
        assert list((disk / "served").iterdir()) == []


@as_root
def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 128) as disk:
        write_atomically(disk / "podsys.lock", "old")
        with pytest.raises(OSError, match="No space left"):
            write_atomically(disk / "podsys.lock", BODY)
        (left,) = disk.iterdir()
        assert (left.name, left.read_text()) == ("podsys.lock", "old")


@as_root
def test_a_command_says_that_its_disk_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        (disk / "cluster.yaml").write_text(GOOD)
        fill(disk)
        before = snapshot(disk)
        done = podsys("init", "--port", "1", cwd=disk)
        assert done.returncode == 1, done.stderr
        said = " ".join(done.stderr.split())
        assert "no space left on this machine" in said
        assert "make room" in said
        assert "bug" not in said
        after = {path: content for path, content in snapshot(disk).items() if content}
        assert after == before


def test_other_errors_of_a_disk_are_not_taken_for_it() -> None:
    assert explain_full_disk(PermissionError(13, "no")) is None
    assert explain_full_disk(ValueError("no space left")) is None
