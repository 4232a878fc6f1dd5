"""Sources kept by the workspace: fetched once, or out of the bundle."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from podsys.effects.bundle_file import write_bundle
from podsys.effects.download import Fetcher
from podsys.effects.sources import keep_sources, reuse_kept, take_from_bundle
from podsys.errors import PodsysError
from podsys.model.bundle import BundleItem, Download, Manifest
from tests.bad_mirror import serve

BODY = b"sources" * 500
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


def wanted(url: str, sha256: str = SHA) -> Download:
    return Download("sources/t/t.tar.gz", "source", "t", f"{url}/t.tar.gz", "1", sha256=sha256)


def test_sources_are_fetched_once(tmp_path: Path) -> None:
    (tmp_path / "t.tar.gz").write_bytes(BODY)
    with serve(tmp_path) as url:
        file = keep_sources(tmp_path / "packages", wanted(url))
    assert file.read_bytes() == BODY
    assert keep_sources(tmp_path / "packages", wanted(url)) == file


def test_sources_of_another_hash_are_refused_with_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podsys.effects.download.PAUSE_S", 0.001)
    (tmp_path / "t.tar.gz").write_bytes(BODY)
    with serve(tmp_path) as url, pytest.raises(PodsysError) as caught:
        keep_sources(tmp_path / "packages", wanted(url, "0" * 64))
    assert f"sources of t 1 cannot be fetched from {url}/t.tar.gz: its sha256" in str(caught.value)
    assert "nothing was changed" in caught.value.hint


def test_a_bundle_takes_what_a_deploy_has_fetched(tmp_path: Path) -> None:
    """The nodes' proxy may know nothing but archives of packages."""
    (tmp_path / "t.tar.gz").write_bytes(BODY)
    with serve(tmp_path) as url:
        one = wanted(url)
        keep_sources(tmp_path / "packages", one)
    (tmp_path / "partial").mkdir()
    fetcher = Fetcher(tmp_path / "partial", {"http": "http://127.0.0.1:1"}, threading.Event())
    package = Download("pool/d/a.deb", "package", "a", "http://127.0.0.1:1/a", sha256=SHA_ABC)
    reuse_kept(tmp_path / "packages", fetcher, [one, package])
    assert fetcher.fetch(one).status == "kept"
    assert [path.name for path in (tmp_path / "partial").iterdir()] == [SHA]
    (tmp_path / "packages/sources" / SHA).write_bytes(b"damaged")
    fetcher.find(one).unlink()
    reuse_kept(tmp_path / "packages", fetcher, [one])
    assert fetcher.look(one) is None


def bundle(folder: Path, content: bytes, path: str = "sources/t/t.tar.gz") -> tuple[Path, Manifest]:
    digest = hashlib.sha256(content).hexdigest()
    other = BundleItem(path="pool/d/a.deb", kind="package", name="a", size=3, sha256=SHA_ABC)
    item = BundleItem(path=path, kind="source", name="t", size=len(content), sha256=digest)
    manifest = Manifest(
        podsys_bundle=1, podsys="0", cluster="c", made="2026-01-01T00:00:00Z",
        systems=("debian-12",), items=(other, item),
    )  # fmt: skip
    file = folder / "a.bundle"
    members = {"pool/d/a.deb": b"abc", path: content}
    write_bundle(file, manifest.model_dump_json().encode(), members)
    return file, manifest


SHA_ABC = hashlib.sha256(b"abc").hexdigest()


def test_a_bundle_brings_them_where_there_is_no_network(tmp_path: Path) -> None:
    file, manifest = bundle(tmp_path, BODY)
    gone = wanted("http://127.0.0.1:1")
    take_from_bundle(tmp_path / "packages", file, manifest, [gone])
    assert keep_sources(tmp_path / "packages", gone).read_bytes() == BODY


def test_a_repository_at_its_commit_comes_as_a_tar(tmp_path: Path) -> None:
    commit = "d" * 40
    path = f"sources/t/{commit}.tar"
    file, manifest = bundle(tmp_path, BODY, path)
    gone = Download(path, "source", "t", "http://127.0.0.1:1/t", commit=commit)
    take_from_bundle(tmp_path / "packages", file, manifest, [gone])
    assert keep_sources(tmp_path / "packages", gone).read_bytes() == BODY


def test_a_bundle_with_other_sources_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podsys.effects.download.PAUSE_S", 0.001)
    file, manifest = bundle(tmp_path, b"something else")
    gone = wanted("http://127.0.0.1:1")
    take_from_bundle(tmp_path / "packages", file, manifest, [gone])
    with pytest.raises(PodsysError, match="Connection refused"):
        keep_sources(tmp_path / "packages", gone)


def test_a_damaged_bundle_leaves_nothing_that_counts(tmp_path: Path) -> None:
    file, manifest = bundle(tmp_path, BODY)
    file.write_bytes(file.read_bytes().replace(b"sourcessources", b"sourcesSources", 1))
    with pytest.raises(PodsysError, match="damaged"):
        take_from_bundle(tmp_path / "packages", file, manifest, [wanted("http://127.0.0.1:1")])
    assert not (tmp_path / "packages/sources" / SHA).exists()
