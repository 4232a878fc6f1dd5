"""The file itself: whole, or damaged and said so."""

from __future__ import annotations

import hashlib
import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from podsys.effects.bundle_file import read_manifest, read_members, write_bundle
from podsys.effects.repository import unpack_repository
from podsys.errors import PodsysError
from podsys.model.bundle import BundleItem, Manifest

CONTENT = {"pool/d/a.deb": b"package" * 1000, "keys/r/k": b"key"}


def manifest(content: dict[str, bytes] = CONTENT) -> Manifest:
    items = tuple(
        BundleItem(
            path=path, kind="key" if path.startswith("keys") else "package", name="a",
            size=len(data), sha256=hashlib.sha256(data).hexdigest(),
        )
        for path, data in content.items()
    )  # fmt: skip
    made = datetime(2026, 11, 25, tzinfo=UTC)
    return Manifest(
        podsys_bundle=1, podsys="0", cluster="c", made=made, systems=("d",), items=items
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "site.bundle"
    write_bundle(path, manifest().model_dump_json().encode(), dict(CONTENT))
    return path


def read(file: Path, known: Manifest) -> dict[str, bytes]:
    return {item.path: b"".join(content) for item, content in read_members(file, known)}


def test_what_was_written_is_read(file: Path) -> None:
    assert Manifest.model_validate_json(read_manifest(file)) == manifest()
    assert read(file, manifest()) == CONTENT


def test_equal_content_is_an_equal_file_without_owner_or_time(file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_bundle(again, manifest().model_dump_json().encode(), dict(CONTENT))
    assert again.read_bytes() == file.read_bytes()
    with tarfile.open(file) as tar:
        assert {(m.uid, m.uname, m.mtime, m.isreg()) for m in tar} == {(0, "", 0, True)}


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_changed_byte_is_found(file: Path, place: float) -> None:
    content = bytearray(file.read_bytes())
    start = content.find(b"package" * 10)
    content[start + int(place * 7000)] ^= 1
    file.write_bytes(content)
    with pytest.raises(PodsysError, match="another sha256"):
        read(file, manifest())


@pytest.mark.parametrize("size", [512, 600, 900, 3000, 5000, 9000])
def test_a_file_that_is_cut_off_is_found(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(PodsysError, match=r"damaged|no bundle"):
        read(file, manifest())


def test_what_the_manifest_does_not_name_is_refused_and_what_it_names_is_missed(
    file: Path,
) -> None:
    with pytest.raises(PodsysError, match="keys/r/k is not what the manifest names"):
        read(file, manifest({"pool/d/a.deb": CONTENT["pool/d/a.deb"]}))
    with pytest.raises(PodsysError, match=r"pool/d/b\.deb is missing"):
        read(file, manifest(CONTENT | {"pool/d/b.deb": b"b"}))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_nothing_but_files_is_taken(tmp_path: Path, kind: bytes) -> None:
    file = tmp_path / "f"
    with tarfile.open(file, "w") as tar:
        head = tarfile.TarInfo("manifest.json")
        head.size = 2
        tar.addfile(head, io.BytesIO(b"{}"))
        link = tarfile.TarInfo("pool/d/a.deb")
        link.type, link.linkname = kind, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(PodsysError, match="is not what the manifest names"):
        read(file, manifest())


@pytest.mark.parametrize("content", [b"", b"not a tar" * 2000, b"\0" * 20480])
def test_another_file_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "f"
    file.write_bytes(content)
    with pytest.raises(PodsysError, match="no bundle"):
        read_manifest(file)
    with pytest.raises(PodsysError, match="no such file"):
        read_manifest(tmp_path / "none")


def test_a_repository_has_only_what_is_served_and_its_signed_index(file: Path) -> None:
    target = file.parent / "served" / "one"
    (target.parent / "older").mkdir(parents=True)
    tops = {"dists/d/Release": "Release of d", "dists/d/InRelease": "<Release of d>"}
    unpack_repository(file, manifest(), target, lambda folder: tops)
    found = {p.relative_to(target).as_posix(): p.stat().st_mode & 0o777 for p in target.rglob("*")}
    files = {path: mode for path, mode in found.items() if "." in path or "R" in path}
    assert files == {"pool/d/a.deb": 0o644, "dists/d/Release": 0o644, "dists/d/InRelease": 0o644}
    assert (target / "dists/d/InRelease").read_text() == "<Release of d>"
    assert [path.name for path in target.parent.iterdir()] == ["one"]


def test_a_damaged_bundle_leaves_no_repository(file: Path) -> None:
    target = file.parent / "served" / "one"
    file.write_bytes(file.read_bytes().replace(b"packagepackage", b"packagePackage", 1))
    with pytest.raises(PodsysError, match="damaged"):
        unpack_repository(file, manifest(), target, lambda folder: {})
    assert list(target.parent.iterdir()) == []
