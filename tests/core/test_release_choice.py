"""Which release a node gets, decided by its system and its PCI bus."""

from __future__ import annotations

import pytest

from podsys.commands.faults import load_platforms
from podsys.core.judge.releases import judge_releases
from podsys.core.machine import traits_of_machine
from podsys.core.release_auto import refuse_fabric
from podsys.core.release_choice import Alike, Refusal, choose_releases, holds
from podsys.model.facts import NodeFacts
from podsys.model.lock import LockedComponent, LockedSystem
from podsys.model.spec import ClusterSpec, Node
from podsys.model.status import Status
from tests.releases import SECURITY, book, locked, machine, package, released

H100, A100, V100, GB200, MI300X = "10de:2330", "10de:20b2", "10de:1db5", "10de:2941", "1002:74a1"
B200, B300, MI355X = "10de:2901", "10de:3182", "1002:75a3"
NVSWITCH = "10de:22a3"
PLATFORMS = tuple(load_platforms().values())


def choose(
    release: dict[str, str], *found: NodeFacts, groups: tuple[str, ...] = ("compute",)
) -> tuple[list[Alike], list[Refusal]]:
    nodes = {one.node: Node(address=one.node, groups=groups) for one in found}
    spec = ClusterSpec(cluster="c", nodes=nodes, release=release)
    return choose_releases(spec, {one.node: one for one in found}, PLATFORMS, book())


def ubuntu(name: str, *pci: str, **more) -> NodeFacts:
    return machine(name, "ubuntu", "24.04", pci=pci, **more)


def test_a_fabric_manager_goes_where_an_nvswitch_is_on_the_bus() -> None:
    with_switch, without = ubuntu("n1", H100, NVSWITCH), ubuntu("n2", H100)
    (hgx, card), refused = choose({"all": "nvidia-580.173"}, with_switch, without)
    assert not refused
    assert {"fabric_manager", "nscq", "dcgm"} <= set(hgx.components)
    assert card.nodes == ["n2"]
    assert "fabric_manager" not in card.components
    assert card.left_out["fabric_manager"] == "no nvswitch fabric is on the machine's PCI bus"


def test_a_rack_of_nvl72_gets_imex_and_no_fabric_manager() -> None:
    tray = machine("n1", "ubuntu", "24.04", "aarch64", pci=(GB200,))
    (one,), refused = choose({"all": "auto"}, tray)
    assert not refused
    assert one.release.id == "ubuntu-24.04-nvidia-580.159-nvl72"
    assert "imex" in one.components
    assert "fabric_manager" not in one.components


@pytest.mark.parametrize("gpu", [B200, B300])
def test_blackwell_with_switches_of_its_own_gets_their_subnet_manager(gpu: str) -> None:
    (one,), refused = choose({"all": "auto"}, ubuntu("n1", *[gpu] * 8))
    assert not refused
    assert one.release.id == "ubuntu-24.04-nvidia-580.173-b200"
    assert {"fabric_manager", "nscq", "nvsdm", "subnet_manager"} <= set(one.components)
    assert one.components["subnet_manager"].packages == ("nvlsm",)
    (card,), _ = choose({"all": "auto"}, ubuntu("n1", "10de:2bb5"))
    assert "subnet_manager" not in card.components


def test_a_release_that_leaves_the_switches_down_is_refused_with_what_it_needs() -> None:
    known = book()
    release = known.releases["ubuntu-24.04-nvidia-580.173-b200"]
    parts = {n: one for n, one in release.components.items() if n != "subnet_manager"}
    poor = release.model_copy(update={"components": parts})
    found = traits_of_machine(ubuntu("n1", B200))
    assert found
    refused = refuse_fabric(poor, found, known.generations)
    assert refused
    assert "has no subnet_manager, without which the switches of blackwell" in refused[0]
    assert f"releases/{release.id}.yaml of the workspace" in refused[1]
    assert refuse_fabric(release, found, known.generations) is None


def test_a_mixed_fleet_has_one_release_for_each_platform_group() -> None:
    amd = ubuntu("n2", MI300X)
    groups, refused = choose({"all": "auto"}, ubuntu("n1", H100), amd, ubuntu("n3"))
    assert not refused
    assert {g.release.id: g.nodes for g in groups} == {
        "ubuntu-24.04-nvidia-580.173": ["n1"],
        "ubuntu-24.04-rocm-6.4": ["n2"],
    }


def test_a_platform_says_more_than_a_group_and_a_group_more_than_all() -> None:
    hgx = ubuntu("n1", *[H100] * 8, *[NVSWITCH] * 4)
    asked = {"hgx-h100": "nvidia-580.178", "compute": "nvidia-580.173", "all": "rocm-6.4"}
    assert choose(asked, hgx)[0][0].release.name == "nvidia-580.178"
    del asked["hgx-h100"]
    assert choose(asked, hgx)[0][0].release.name == "nvidia-580.173"


@pytest.mark.parametrize(
    ("release", "found", "said"),
    [
        ("nvidia-1", machine(), "unknown release nvidia-1"),
        ("nvidia-580.173", machine(), "not for debian 12 x86_64"),
        ("nvidia-580.173", ubuntu("n1", V100), "is not for volta GPUs"),
        ("nvidia-580.173", ubuntu("n1", MI300X), "is for nvidia GPUs, the machine's are cdna3"),
        ("rocm-6.4", ubuntu("n1", H100), "is for amd GPUs"),
        ("nvidia-535.261-open", machine(pci=(V100,)), "is not for volta GPUs"),
        (
            "nvidia-580.173",
            machine("n1", "ubuntu", "24.04", pci=None, capabilities={"names": ["nvidia_gpu"]}),
            "depends on the machine's PCI devices, which is not known",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(
    release: str, found: NodeFacts, said: str
) -> None:
    groups, (refusal,) = choose({"all": release}, found)
    assert not groups
    assert said in refusal.message
    assert refusal.key == "all"
    assert refusal.hint


@pytest.mark.parametrize(
    ("found", "said", "remedy"),
    [
        (ubuntu("n1", MI355X), "no release for cdna4 GPUs on ubuntu 24.04", "ubuntu-24.04-NAME"),
        (machine("n1", "fedora", "43", pci=(H100,)), "hopper GPUs on fedora 43", "ubuntu 24.04"),
        (
            ubuntu("n1", "10de:ffff", capabilities={"names": ["nvidia_gpu"]}),
            "no release for nvidia GPUs on ubuntu 24.04 x86_64",
            "write `none` for their group or platform",
        ),
        (
            machine("n1", "ubuntu", "24.04", pci=None, capabilities={"names": ["amd_gpu"]}),
            "which GPUs the machine has is not known",
            "could not read its PCI devices",
        ),
    ],
)
def test_auto_never_leaves_gpus_without_a_release_and_no_word_of_it(
    found: NodeFacts, said: str, remedy: str
) -> None:
    groups, (refusal,) = choose({"all": "auto"}, found, ubuntu("n2", H100))
    assert [one.nodes for one in groups] == [["n2"]]
    assert said in refusal.message
    assert remedy in refusal.hint
    assert choose({"all": "auto", "compute": "none"}, found) == ([], [])


def test_two_groups_may_not_ask_for_two_releases() -> None:
    asked = {"a": "nvidia-535.309", "b": "nvidia-535.261"}
    _, (refusal,) = choose(asked, machine(), groups=("a", "b"))
    assert "a: nvidia-535.309, b: nvidia-535.261" in refusal.message


def test_a_container_gets_libraries_and_no_kernel() -> None:
    (one,), _ = choose({"all": "nvidia-535.309"}, machine(virtualization="systemd-nspawn"))
    assert list(one.components) == ["driver"]
    assert "host's kernel" in one.left_out["kernel_modules"]


def test_virtual_machines_get_the_kernel_made_for_them() -> None:
    vm, metal = machine("n1", virtualization="kvm"), machine("n2")
    (one, other), _ = choose({"all": "nvidia-535.309"}, vm, metal)
    assert one.components["headers"].packages == ("linux-headers-cloud-amd64",)
    assert other.components["headers"].packages == ("linux-headers-amd64",)


def test_a_minor_version_is_of_its_major_one() -> None:
    rocky = machine("n1", "rocky", "9.8", pci=(H100,))
    assert choose({"all": "auto"}, rocky)[0][0].release.id == "rocky-9-nvidia-580.105"
    assert choose({"all": "auto"}, machine("n1", "rocky", "9", pci=(H100,)))[0]
    assert not choose({"all": "auto"}, machine("n1", "rocky", "90", pci=(H100,)))[0]


def test_a_download_without_a_hash_is_left_out() -> None:
    (one,), _ = choose({"all": "nvidia-580.173"}, ubuntu("n1", H100))
    assert one.left_out["dcgm_exporter"] == "no hash of its download is known yet"


def test_a_lock_that_is_behind_never_certifies() -> None:
    node = machine(virtualization="lxc")
    chosen = choose({"all": "nvidia-535.309"}, node)
    held = {"n1": locked()}
    assert [f.status for f in judge_releases(chosen, held)] == [Status.PASS]
    for stale, said in (({}, "not in podsys.lock"), ({"n1": released()}, "podsys.lock has")):
        (finding,) = judge_releases(chosen, stale)
        assert finding.status is Status.UNKNOWN
        assert said in finding.evidence
    assert SECURITY in finding.evidence


def test_a_lock_holds_its_parts_in_whatever_order_the_release_names_them() -> None:
    (one,), _ = choose({"all": "nvidia-580.173"}, ubuntu("n1", H100))
    parts = {
        name: LockedComponent(
            version=part.version, packages=tuple(package(p, "1.0") for p in part.packages)
        )
        for name, part in reversed(one.components.items())
    }
    system = LockedSystem(os="ubuntu", version="24.04", arch="x86_64")
    held = locked(one.release.id).model_copy(update={"components": parts, "system": system})
    assert holds(held, one)
    less = dict(list(parts.items())[1:])
    assert not holds(held.model_copy(update={"components": less}), one)
