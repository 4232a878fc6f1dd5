"""The library is compiled once, and where it cannot be the reason is said."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from podsys.errors import PodsysError
from podsys.lab import nvml_build
from podsys.lab.nvml_build import ensure_nvml_library, name_build

# What the lab's nodes have: Debian 12.
NODES_GLIBC = (2, 36)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sources that compile at once."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "one.c").write_text("int one(void) { return 1; }\n")
    monkeypatch.setattr(nvml_build, "SOURCES", sources)
    return sources


def test_compiled_once(small: Path, tmp_path: Path) -> None:
    said: list[str] = []
    first = ensure_nvml_library(tmp_path / "cache", said.append)
    assert ensure_nvml_library(tmp_path / "cache", said.append) == first
    assert first.name == "libnvidia-ml.so.1"
    assert len(said) == 1


def test_other_sources_are_another_library(small: Path, tmp_path: Path) -> None:
    first = ensure_nvml_library(tmp_path / "cache")
    (small / "two.h").write_text("/* new */\n")
    assert ensure_nvml_library(tmp_path / "cache") != first
    assert first.exists()


def test_what_does_not_compile_is_quoted(small: Path, tmp_path: Path) -> None:
    (small / "one.c").write_text("int one(void) { return missing; }\n")
    with pytest.raises(PodsysError, match="missing") as caught:
        ensure_nvml_library(tmp_path / "cache")
    assert "apt-get install gcc libc6-dev" in caught.value.hint
    assert not list((tmp_path / "cache").rglob("*.so.1"))


def test_without_a_compiler_it_is_installed(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = shutil.which, list[str]()
    monkeypatch.setattr(
        "shutil.which", lambda tool, **more: None if tool == "cc" else real(tool, **more)
    )
    monkeypatch.setattr(nvml_build, "require_packages", lambda names, _report: asked.extend(names))
    ensure_nvml_library(tmp_path / "cache")
    assert asked == ["gcc", "libc6-dev"]


def test_without_apt_the_packages_are_named(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _tool, **_more: None)
    with pytest.raises(PodsysError, match="gcc libc6-dev"):
        ensure_nvml_library(tmp_path / "cache")


def test_library_runs_on_the_nodes(tmp_path: Path) -> None:
    """It asks for no newer C library than theirs, whatever machine compiled it."""
    binary = ensure_nvml_library(tmp_path).read_bytes()
    needed = {tuple(map(int, one)) for one in re.findall(rb"GLIBC_(\d+)\.(\d+)", binary)}
    assert max(needed) <= NODES_GLIBC
    assert name_build() == name_build()
