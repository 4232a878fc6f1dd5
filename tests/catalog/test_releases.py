"""Releases as shipped are whole and agree with themselves; faults are named with their line."""

from __future__ import annotations

import re

import pytest

from podsys.core.releases import parse_generations, parse_releases, parse_rules
from podsys.effects.catalog import read_release_texts
from podsys.model.release import Release

TEXTS, GENERATION_TEXTS, RULE_TEXTS = read_release_texts()
GENERATIONS, GENERATION_PROBLEMS = parse_generations(GENERATION_TEXTS)
RULES, RULE_PROBLEMS = parse_rules(RULE_TEXTS)
RELEASES, PROBLEMS = parse_releases(TEXTS, GENERATIONS, RULES)
FOLDER = "podsys/catalog/releases/"
NVIDIA = FOLDER + "ubuntu-24.04-nvidia-580.173.yaml"
DEBIAN = FOLDER + "debian-12-nvidia-535.261-open.yaml"
ROCM = FOLDER + "ubuntu-24.04-rocm-6.4.yaml"
OLD = "podsys/catalog/releases/ubuntu-22.04-rocm-6.2.yaml"
B200 = "podsys/catalog/releases/ubuntu-24.04-nvidia-580.173-b200.yaml"


def faults(file: str, old: str, new: str) -> list[str]:
    assert old in TEXTS[file]
    return [
        str(p) for p in parse_releases({file: TEXTS[file].replace(old, new)}, GENERATIONS, RULES)[1]
    ]


def test_all_files_are_good() -> None:
    assert [str(p) for p in (*GENERATION_PROBLEMS, *RULE_PROBLEMS, *PROBLEMS)] == []
    systems = {(one.system.os, one.system.version) for one in RELEASES}
    assert systems == {("debian", "12"), ("ubuntu", "22.04"), ("ubuntu", "24.04"), ("rocky", "9")}


@pytest.mark.parametrize("release", RELEASES, ids=lambda one: one.id)
def test_every_part_names_its_source_and_is_hashed_or_from_an_index(release: Release) -> None:
    for name, component in release.components.items():
        assert component.packages or component.artifacts, name
        for artifact in component.artifacts:
            assert artifact.sha256 or artifact.commit or artifact.tag, name
    for origin in release.origins.values():
        assert origin.kind == ("dnf" if release.system.os == "rocky" else "apt")


def test_one_recommended_release_for_each_system_and_generation() -> None:
    """`auto` then has no choice to make."""
    every = {g.id: g.vendor for g in GENERATIONS}
    seen: set[tuple[str, ...]] = set()
    for one in (one for one in RELEASES if one.recommended):
        for arch in one.system.arch:
            for generation in one.generations or [g for g, v in every.items() if v == one.gpus]:
                key = (one.system.os, one.system.version, arch, generation)
                assert key not in seen, key
                seen.add(key)


def test_pci_ids_belong_to_one_generation() -> None:
    ids = [gpu for one in GENERATIONS for gpu in one.gpus]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.id)
def test_rules_name_parts_that_some_release_has(rule) -> None:
    known = {name for release in RELEASES for name in release.components}
    named = [*rule.components, rule.component, rule.other]
    assert {name for name in named if name} <= known


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            NVIDIA,
            "  fabric_manager:\n    version: 580.173.02",
            "  fabric_manager:\n    version: 590.48.01",
            r":48: fabric-manager-is-driver: fabric_manager is 590.48.01, driver is 580.173.02",
        ),
        (NVIDIA, "-cuda13\n", "-cuda12\n", r"datacenter-gpu-manager-4-cuda12, while driver is of"),
        (NVIDIA, 'version: "13.0.*"', 'version: "13.2.*"', "13.2.* is newer than driver's CUDA"),
        (NVIDIA, "580.173.02", "570.86.15", "cuda 13.0.* needs driver 580 or newer"),
        (NVIDIA, "+cuda13.0", "+cuda13.1", "nccl is built for CUDA 13.1, cuda is 13.0"),
        (NVIDIA, "[headers, driver]", "[headers, sources]", "no component sources"),
        (NVIDIA, "ubuntu2404/x86_64\n", "ubuntu2204/x86_64\n", "is for ubuntu 22.04"),
        (NVIDIA, "ubuntu2404/x86_64\n", "ubuntu2404/sbsa\n", "sbsa is for aarch64"),
        (NVIDIA, "arch: [x86_64]}\ngpus", "arch: [aarch64]}\ngpus", "is for x86_64"),
        (NVIDIA, "noble-updates", "jammy-updates", "jammy-updates is for ubuntu 22.04"),
        (NVIDIA, "tag: v2.19.6", "tag: v2.19.5", "v2.19.5 is not of version 2.19.6"),
        (NVIDIA, "[ampere, ada, hopper]", "[volta]", "open kernel modules do not know volta GPUs"),
        (NVIDIA, "[ampere, ada, hopper]", "[cdna3]", "cdna3 is of amd"),
        (NVIDIA, "[ampere, ada, hopper]", "[hoppper]", "no GPU generation hoppper"),
        (NVIDIA, "origin: container", "origin: docker", "no origin docker"),
        (NVIDIA, "id: ubuntu-24.04-nvidia-580.173", "id: ubuntu-24.04-nvidia", "file and id are"),
        (
            DEBIAN,
            "  gsp_firmware:\n    version: 535.261.03",
            "  gsp_firmware:\n    version: 535.309.01",
            "driver-one-version: gsp_firmware is 535.309.01, driver is 535.261.03",
        ),
        (DEBIAN, "kind: apt", "kind: dnf", "debian does not use dnf"),
        (ROCM, "version: 2.22.3", "version: 2.20.5", "rocm 6.4.4.60404 goes with rccl 2.22.3"),
        (B200, "version: 2025.10.14-1", "version: 2025.06.11-1", "needs subnet_manager 2025.10.12"),
        (OLD, "rocm-6.2.4.tar.gz", "rocm-6.2.3.tar.gz", "rocm-6.2.3.tar.gz is not of version"),
        (OLD, "sha256: 38ba", "sha256: x8ba", "sha256"),
    ],
)  # fmt: skip
def test_a_part_that_disagrees_is_named(file: str, old: str, new: str, said: str) -> None:
    found = faults(file, old, new)
    assert any(re.search(said, one) for one in found), found
    assert all(one.startswith(file + ":") for one in found)
