"""Manifests read without trust, and held against what nodes want."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.bundle_check import parse_manifest, refuse_unserved
from podsys.core.repository import find_repomds, repository_id, write_releases
from podsys.errors import PodsysError
from podsys.model.bundle import BundleItem, Manifest
from podsys.model.facts import NodeFacts, Section
from podsys.model.item import Item

MADE = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def item(path: str = "pool/debian-12/a.deb", kind: str = "package", **more: object) -> BundleItem:
    given = {"path": path, "kind": kind, "name": "a", "size": 1, "sha256": "a" * 64} | more
    return BundleItem.model_validate(given)


def manifest(*items: BundleItem) -> Manifest:
    return Manifest(
        podsys_bundle=1,
        podsys="0.1",
        cluster="site",
        made=MADE,
        systems=("debian-12",),
        items=items,
    )


def served(*names: str) -> Manifest:
    return manifest(
        *(
            item(
                f"pool/debian-12/{name}.deb",
                name=name,
                version="1-1",
                arch="all" if name == "python3-apt" else "amd64",
                system="debian-12",
            )
            for name in ("python3-apt", *names)
        )
    )


def as_bytes(**changes: object) -> bytes:
    return json.dumps(manifest(item()).model_dump(mode="json") | changes).encode()


def test_a_manifest_reads_back_as_it_was_written() -> None:
    whole = manifest(item())
    assert parse_manifest(whole.model_dump_json().encode(), "f") == whole


@pytest.mark.parametrize(
    "path",
    [
        "../etc/passwd",
        "/etc/passwd",
        "pool/../../x",
        "pool//x",
        "pool/.hidden",
        "",
        "a\nb",
        "pool/",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    content = as_bytes(items=[item().model_dump() | {"path": path}])
    with pytest.raises(PodsysError, match=r"items\.0\.path"):
        parse_manifest(content, "site.bundle")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"[1]", "format None"),
        (b"{}", "cannot be read"),
        (as_bytes(podsys_bundle=2), "format 2"),
        (as_bytes(made="yesterday"), "made"),
        (as_bytes(surprise=1), "surprise"),
        (as_bytes(items=[item().model_dump()] * 2), "twice"),
        (b"[" * 100_000, "cannot be read"),
    ],
)
def test_no_other_text_is_taken_for_one(content: bytes, said: str) -> None:
    with pytest.raises(PodsysError, match=said):
        parse_manifest(content, "site.bundle")


@given(st.binary() | st.text().map(str.encode))
def test_nothing_breaks_the_reader(content: bytes) -> None:
    with pytest.raises(PodsysError):
        parse_manifest(content, "f")


def refuse(
    bundle: Manifest,
    wanted: Item,
    version: str = "12",
    family: str = "debian",
    arch: str = "x86_64",
) -> str:
    system = {"os": "debian", "os_version": version, "arch": arch}
    facts = NodeFacts("n1", sections={"system": Section("ok", system)})
    families = {"n1": family}
    try:
        refuse_unserved("f", bundle, {"n1": [wanted]}, {"n1": facts}, families)  # type: ignore[arg-type]
    except PodsysError as error:
        return error.message
    return ""


CHRONY = Item("t.package.chrony", "t", "package", "chrony", "installed")
PINNED = Item("t.package.chrony", "t", "package", "chrony", "=1-1")
MOVED = Item("t.package.chrony", "t", "package", "chrony", "=1-2")


def test_what_is_there_is_not_refused() -> None:
    assert refuse(served("chrony"), CHRONY) == ""
    assert refuse(served("chrony"), PINNED) == ""


def test_what_is_lacking_is_named_with_node_and_system() -> None:
    assert refuse(served(), CHRONY) == "n1: f has no chrony for debian-12 amd64"
    assert refuse(served("chrony"), MOVED) == "n1: f has no chrony 1-2 for debian-12 amd64"
    assert refuse(manifest(), CHRONY).endswith("and 1 more such")
    assert refuse(served("chrony"), CHRONY, version="13") == "n1: f has nothing for debian-13"
    assert refuse(served("chrony"), CHRONY, arch="aarch64").endswith("for debian-12 arm64")
    assert (
        refuse(served("chrony"), CHRONY, family="rhel")
        == "n1: f has no chrony for debian-12 x86_64"
    )


def test_a_release_names_each_index_with_size_and_hash() -> None:
    path = "dists/debian-12/main/binary-amd64/Packages"
    index = item(path, "index", arch="amd64", system="debian-12", size=7)
    (text,) = write_releases(manifest(item(), index), "Wed, 25 Nov 2026 03:00:00 GMT").values()
    assert "Suite: debian-12\n" in text
    assert "Architectures: amd64\n" in text
    assert text.endswith(f"SHA256:\n {'a' * 64} 7 main/binary-amd64/Packages\n")


def test_a_system_of_rpms_has_no_release_but_the_index_of_its_indexes() -> None:
    index = item("pool/rocky-9.4/repodata/repomd.xml", "index", system="rocky-9.4")
    bundle = manifest(item(), index).model_copy(update={"systems": ("debian-12", "rocky-9.4")})
    assert list(write_releases(bundle, "now")) == ["debian-12"]
    assert find_repomds(bundle) == {"rocky-9.4": index.path}


def test_another_bundle_or_key_is_another_repository() -> None:
    assert len({repository_id("a", "k"), repository_id("b", "k"), repository_id("a", "l")}) == 3
