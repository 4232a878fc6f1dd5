"""What kernel arguments and blacklists make of hardware at boot."""

from __future__ import annotations

from typing import Any

import pytest

from podsys.lab.hardware.configured import apply_configuration
from podsys.lab.hardware.reboot import after_reboot

State = dict[str, Any]
QUIET = "/boot/vmlinuz root=/dev/vda1 ro quiet"


@pytest.mark.parametrize("argument", ["iommu=pt", "iommu.passthrough=1"])
def test_pass_through_ends_translation(h100: State, argument: str) -> None:
    h100["iommu"]["type"] = "DMA-FQ"
    new = apply_configuration(h100, f"{QUIET} intel_iommu=on {argument}", [])
    assert new["iommu"] == {"type": "identity", "on": True}
    assert h100["iommu"]["type"] == "DMA-FQ"
    assert apply_configuration(h100, QUIET, [])["iommu"]["type"] == "DMA-FQ"


def test_aspm_is_off_where_the_kernel_is_told_so(h100: State) -> None:
    h100["devices"][h100["nics"][0]["bdf"]]["aspm"] = "L1"
    new = apply_configuration(h100, "pcie_aspm=off pcie_aspm.policy=performance", [])
    assert {device["aspm"] for device in new["devices"].values()} == {"off"}
    assert new["aspm_policy"] == "performance"


@pytest.mark.parametrize(
    ("command_line", "modprobe"),
    [
        ("quiet modprobe.blacklist=floppy,nouveau", []),
        ("quiet", ["# mine\nblacklist nouveau\noptions nouveau modeset=0\n"]),
        ("quiet", ["install nouveau /bin/false\n"]),
    ],
)
def test_a_blacklisted_driver_leaves_the_gpus_to_the_right_one(
    h100: State, command_line: str, modprobe: list[str]
) -> None:
    h100["modules"]["nouveau"] = ""
    h100["driver"]["module_loaded"] = False
    for gpu in h100["gpus"]:
        h100["devices"][gpu["bdf"]]["driver"] = "nouveau"
    assert not after_reboot(apply_configuration(h100, "quiet", []))["driver"]["module_loaded"]
    new = after_reboot(apply_configuration(h100, command_line, modprobe))
    assert "nouveau" not in new["modules"]
    assert new["driver"]["module_loaded"]
    assert new["devices"][h100["gpus"][0]["bdf"]]["driver"] == "nvidia"


def test_a_healthy_node_stays_as_it_is(make_state: Any, platform_id: str) -> None:
    state = make_state(platform_id)
    assert after_reboot(apply_configuration(state, QUIET, [])) == state
