"""The real dnf asked, on a folder that plays a machine, of real repositories of tiny rpms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from podsys.effects.evidence import hash_file
from tests.node import rpms
from tests.node.rpms import NEW, OLD

pytestmark = rpms.needs_dnf


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("repositories")
    return {
        "baseos": rpms.build(folder / "baseos", rpms.BASE),
        "nvidia": rpms.build(folder / "nvidia", rpms.NVIDIA),
    }


@pytest.fixture
def root(tmp_path: Path, repositories: dict[str, Path]) -> Path:
    return rpms.make_machine(tmp_path / "root", repositories)


def resolve(root: Path, **components: tuple[str, *tuple[str, ...]]) -> dict[str, Any]:
    """Component -> version, and the names of its packages."""
    asked = {n: {"version": v, "packages": list(names)} for n, (v, *names) in components.items()}
    return rpms.ask(root, "resolve", {"components": asked})


def versions(answer: dict[str, Any], component: str) -> dict[str, str]:
    assert "problem" not in answer, answer
    return {one["name"]: one["version"] for one in answer["components"][component]}


@pytest.mark.parametrize("version", [OLD, NEW])
def test_one_version_moves_as_a_set_although_dnf_would_take_the_newest(
    root: Path, version: str
) -> None:
    answer = resolve(root, driver=(version, "nvidia-open"), headers=("5.14.0", "kernel-devel"))
    assert versions(answer, "driver") == {
        "kmod-nvidia-open-dkms": f"3:{version}-1.el9",
        "nvidia-driver": f"3:{version}-1.el9",
        "nvidia-driver-libs": f"3:{version}-1.el9",
        "nvidia-kmod-common": f"3:{version}-1.el9",
        "nvidia-open": f"{version}-1.el9",
    }
    assert versions(answer, "headers") == {"kernel-devel": "5.14.0-570.2.el9"}


def test_each_package_comes_with_hash_size_source_and_origin(
    root: Path, repositories: dict[str, Path]
) -> None:
    answer = resolve(root, driver=(OLD, "nvidia-driver-libs"))
    (found,) = [o for o in answer["components"]["driver"] if o["name"] == "nvidia-driver-libs"]
    (file,) = repositories["nvidia"].rglob(f"nvidia-driver-libs-{OLD}-*.rpm")
    assert found["sha256"] == hash_file(file)
    assert found["size"] == file.stat().st_size
    assert found["arch"] == "x86_64"
    assert found["source"] == "nvidia-driver-src"
    assert found["origin"] == f"file://{repositories['nvidia']} nvidia"


def test_what_cannot_be_had_comes_with_dnfs_reason(root: Path) -> None:
    problem = resolve(root, fabric=(OLD, "nvidia-fabricmanager"))["problem"]
    assert problem["package"] == "nvidia-fabricmanager"
    assert "nothing provides libnobody-has = 1 needed by nvidia-fabricmanager" in problem["reason"]


def test_a_version_that_is_not_there_comes_with_those_that_are(root: Path) -> None:
    problem = resolve(root, driver=("580.1", "nvidia-open"))["problem"]
    assert problem["reason"] == "no nvidia-open 580.1 in this machine's package index"
    assert problem["there"] == [f"{NEW}-1.el9", f"{OLD}-1.el9"]


def test_two_versions_of_a_set_are_refused_with_what_would_come(root: Path) -> None:
    answer = resolve(root, driver=(OLD, "nvidia-driver"), libs=(NEW, "nvidia-driver-libs"))
    assert answer["problem"]["package"] == "nvidia-driver"
    reason = answer["problem"]["reason"]
    assert f"requires nvidia-driver-libs = 3:{OLD}" in reason
    answer = resolve(root, kernel=("5.14.0-503.1.el9", "kernel-devel"), wants=("1", "wants-gsp"))
    assert answer["problem"]["reason"].endswith(f"; gsp-firmware would come as {NEW}-1.el9")


def test_an_archive_that_is_away_is_named(root: Path) -> None:
    away = root / "etc/yum.repos.d/away.repo"
    away.write_text("[away]\nname=away\nbaseurl=file:///nowhere\n")
    reason = resolve(root, driver=(OLD, "nvidia-open"))["problem"]["reason"]
    assert reason.startswith("dnf: Failed to download metadata for repo 'away'")
    away.write_text(away.read_text() + "skip_if_unavailable=1\n")
    assert versions(resolve(root, driver=(OLD, "nvidia-open")), "driver")
    reason = resolve(root, driver=("1", "nvidia-open"))["problem"]["reason"]
    assert reason.endswith("index; dnf could not read away")


def test_all_that_installing_takes_comes_with_place_and_hash(
    root: Path, repositories: dict[str, Path]
) -> None:
    asked = {"packages": [f"nvidia-open={OLD}-1.el9", "kernel-headers"]}
    answer = rpms.ask(root, "closure", asked)
    assert "problem" not in answer, answer
    found = {one["name"]: one for one in answer["files"]}
    assert sorted(found) == [
        "dkms", "kernel-devel", "kernel-headers", "kmod-nvidia-open-dkms", "libc6-like",
        "nvidia-driver", "nvidia-driver-libs", "nvidia-kmod-common", "nvidia-open",
    ]  # fmt: skip
    assert found["nvidia-driver"]["version"] == f"3:{OLD}-1.el9"
    uri = found["dkms"]["uri"]
    assert uri.startswith(f"file://{repositories['baseos']}/noarch/dkms-3.2.1-1.el9")
    assert found["dkms"]["sha256"] == hash_file(Path(uri.removeprefix("file://")))
    assert not found["dkms"]["rpm_signed"]
    assert (answer["proxies"], answer["keys"], answer["key_urls"]) == ({}, [], [])


def test_keys_and_proxy_of_the_archives_come_along(root: Path) -> None:
    key = root / "etc/key"
    key.write_text("KEY\n")
    file = root / "etc/yum.repos.d/baseos.repo"
    urls = "file:///etc/key https://h/k.pub"
    file.write_text(f"{file.read_text()}gpgcheck=1\ngpgkey={urls}\nproxy=http://p:3128\n")
    answer = rpms.ask(root, "closure", {"packages": ["dkms", "nvidia-driver-libs"]})
    signed = {one["name"]: one["rpm_signed"] for one in answer["files"]}
    assert signed == {"dkms": True, "kernel-devel": True, "nvidia-driver-libs": False}
    assert answer["keys"] == ["KEY\n"]
    assert answer["key_urls"] == ["https://h/k.pub"]
    assert answer["proxies"]["http"] == "http://p:3128"


def test_what_no_archive_has_is_said_in_dnfs_words(root: Path) -> None:
    answer = rpms.ask(root, "closure", {"packages": ["chrony"]})
    assert answer["problem"].startswith("dnf: No match for argument: chrony")


def test_what_the_admin_excludes_is_said(root: Path) -> None:
    conf = root / "etc/dnf/dnf.conf"
    conf.write_text(conf.read_text() + "exclude=kernel*\n")
    problem = resolve(root, headers=("5.14.0", "kernel-devel"))["problem"]
    assert problem["reason"].endswith("; it is excluded by this machine's configuration of dnf")
