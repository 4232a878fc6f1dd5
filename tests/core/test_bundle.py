"""What a bundle must hold: found from items and from apt's answers."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.bundle import (
    find_kinds,
    key_downloads,
    package_downloads,
    pool_path,
    release_downloads,
    write_indexes,
)
from podsys.core.releases import EMPTY
from podsys.model.build import Build, RecipeSources
from podsys.model.bundle import BundleItem, IndexFile
from podsys.model.facts import NodeFacts, Section
from podsys.model.item import Item
from podsys.model.lock import LockedComponent, LockedRelease, LockedSystem
from podsys.model.release import Artifact

CHRONY = Item("t.package.chrony", "t", "package", "chrony", "installed")
SMI = Item("d.package.nvidia-smi", "d", "package", "nvidia-smi", "=535.261.03-1")
SWAP = Item("sysctl.swap", "settings", "sysctl", "vm.swappiness", "10")
STANZA = (
    "Package: ethtool\nVersion: 1:6.1-1\nArchitecture: amd64\nDepends: libc6\n"
    "Filename: pool/main/e/ethtool/ethtool_6.1-1_amd64.deb\nSize: 3\nSHA256: aa\n"
    "Description: shows\n more: of it"
)


def index_file(name: str, version: str, arch: str, stanza: str, digit: str = "a") -> IndexFile:
    return IndexFile(
        name=name, version=version, arch=arch, uri="http://h/x.deb", sha256=digit * 64, size=3,
        stanza=stanza,
    )  # fmt: skip


ETHTOOL = index_file("ethtool", "1:6.1-1", "amd64", STANZA)
EVERYWHERE = index_file("tzdata", "2025b-0", "all", "Package: tzdata\nFilename: x", "b")


def facts(node: str, version: str = "12", arch: str = "x86_64", os: str = "debian") -> NodeFacts:
    system = {"os": os, "os_version": version, "arch": arch}
    return NodeFacts(node, sections={"system": Section("ok", system)})


def test_nodes_of_one_system_that_want_the_same_are_one_kind() -> None:
    both = [CHRONY, SMI]
    wanted = {"n1": [*both, SWAP], "n2": both[::-1], "n3": [CHRONY], "n4": both, "n5": both}
    seen = {node: facts(node) for node in ("n1", "n2", "n3")}
    seen |= {"n4": facts("n4", "13"), "n5": facts("n5", arch="aarch64")}
    seen["n6"] = facts("n6", "9.4", os="rocky")
    families = dict.fromkeys(seen, "debian") | {"n6": "rhel"}
    kinds = find_kinds(wanted | {"n6": [CHRONY]}, seen, families)
    assert [(one.system, one.arch, one.nodes) for one in kinds] == [
        ("debian-12", "amd64", ("n1", "n2")),
        ("debian-12", "amd64", ("n3",)),
        ("debian-13", "amd64", ("n4",)),
        ("debian-12", "arm64", ("n5",)),
        ("rocky-9.4", "x86_64", ("n6",)),
    ]
    assert kinds[-1].packages == ("chrony",)
    assert kinds[0].packages == ("chrony", "nvidia-smi=535.261.03-1", "python3-apt")


def test_what_building_takes_is_asked_for_and_what_is_built_is_not() -> None:
    part = RecipeSources("hello", "https://h", "", "c" * 40, "t", "make", (), (), ("/x",), ())
    build = Build(
        "podsys-hello", "1+a", "amd64", part, packages=("g++", "cuda=13"), depends=("openmpi-bin",)
    )  # fmt: skip
    own = Item("b.package.podsys-hello", "b", "package", "podsys-hello", "=1+a")
    (kind,) = find_kinds(
        {"n1": [CHRONY, own]}, {"n1": facts("n1")}, {"n1": "debian"}, {"n1": (build,)}
    )
    assert kind.packages == ("chrony", "cuda=13", "g++", "openmpi-bin", "python3-apt")


def test_a_package_keeps_its_paragraph_but_for_its_place() -> None:
    (path,) = write_indexes("debian-12", [ETHTOOL])
    assert path == "dists/debian-12/main/binary-amd64/Packages"
    text = write_indexes("debian-12", [ETHTOOL])[path]
    assert "Filename: pool/debian-12/ethtool_6.1-1_amd64.deb\n" in text
    assert re.sub("Filename: .*", "", text) == re.sub("Filename: .*", "", STANZA) + "\n\n"


def test_what_fits_every_architecture_is_in_each_index() -> None:
    arm = index_file("ethtool", "6", "arm64", "Package: ethtool\nFilename: x", "c")
    indexes = write_indexes("ubuntu-24.04", [ETHTOOL, arm, EVERYWHERE])
    assert sorted(indexes) == [
        "dists/ubuntu-24.04/main/binary-amd64/Packages",
        "dists/ubuntu-24.04/main/binary-arm64/Packages",
    ]
    assert all(text.count("Package: tzdata") == 1 for text in indexes.values())
    assert [text.count("Package: ethtool") for text in indexes.values()] == [1, 1]


def test_a_download_has_what_the_index_says() -> None:
    (one,) = package_downloads("debian-12", [ETHTOOL])
    assert (one.path, one.size, one.sha256) == (pool_path("debian-12", ETHTOOL), 3, "a" * 64)
    assert one.required


def test_keys_of_one_name_have_two_places() -> None:
    urls = ["https://a/gpgkey", "https://b/gpgkey"]
    found = list(key_downloads("rocky-9.4", urls))
    assert [one.origin for one in found] == urls
    assert len({one.path for one in found}) == 2
    assert all(one.required and one.path.startswith("keys/rocky-9.4/") for one in found)


WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789+.-", min_size=1, max_size=20)


@given(WORDS.map("a{}".format), WORDS.map("1{}".format), st.integers(0, 9), st.booleans())
def test_every_package_has_a_path_that_a_manifest_takes(
    name: str, version: str, epoch: int, rpm: bool
) -> None:
    file = index_file(name, f"{epoch}:{version}", "amd64", "")
    if rpm:
        form = {"form": "rpm", "name": name.upper() + "_x", "version": f"{epoch}:{version}^1_2.el9"}
        file = IndexFile.model_validate(file.model_dump() | form)
    path = pool_path("debian-12", file)
    assert BundleItem(path=path, kind="package", name=name, size=1, sha256="a" * 64).path == path
    assert ":" not in path


def test_sources_with_a_hash_are_fetched_and_others_are_left_out_with_the_reason() -> None:
    artifacts = (
        Artifact(url="https://h/a/../x~!y.tar.gz?token=1", sha256="d" * 64),
        Artifact(url="https://github.com/NVIDIA/gdrcopy", commit="e" * 40),
        Artifact(url="https://github.com/NVIDIA/dcgm-exporter", tag="4.5.3"),
    )
    component = LockedComponent(version="2.5", artifacts=artifacts)
    locked = LockedRelease(
        release="debian-12-x", sha256="f" * 64, nodes="n1", digest="f" * 64,
        system=LockedSystem(os="debian", version="12", arch="x86_64"),
        components={"gdrcopy": component},
    )  # fmt: skip
    downloads, left_out = release_downloads([locked, locked], EMPTY)
    assert [(one.path, one.sha256, one.commit, one.required) for one in downloads] == [
        ("sources/gdrcopy/x~_y.tar.gz", "d" * 64, None, False),
        (f"sources/gdrcopy/{'e' * 40}.tar", None, "e" * 40, False),
    ]
    assert [one.reason for one in left_out] == [
        "neither hash nor commit is known: take 4.5.3 of it"
    ]
