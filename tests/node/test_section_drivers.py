"""The section `drivers`."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.memo import forget
from podsys.node.sections import read_section
from podsys.node.sections.drivers import bare_version, parse_release, parse_version
from tests.node.hardware import put_pci

FM, PD = "nvidia-fabricmanager.service", "nvidia-persistenced.service"


def read():
    forget()
    return read_section("drivers")


def test_a_machine_without_any(machine):
    machine.units({})
    assert read() == {
        "modules": {},
        "nouveau": False,
        "peermem": False,
        "dmabuf": False,
        "gdrcopy": False,
        "fabric_manager": {"installed": False, "active": None, "version": ""},
        "persistenced_active": None,
        "nvidia_package_version": "",
        "nvidia_proc_version": "",
    }


def test_a_server_with_gpus(machine):
    put_pci(machine)
    machine.units({FM: {"ActiveState": "failed"}, PD: {"ActiveState": "active"}})
    machine.tool("nv-fabricmanager", "echo 'Fabric Manager version is : 535.129.03'")
    for module, version in {"nvidia": "535.261.03", "gdrdrv": "2.4", "nvidia-peermem": ""}.items():
        machine.put(f"/sys/module/{module.replace('-', '_')}/version", f"{version}\n")
    machine.put("/sys/module/mlx5_core/initstate", "live\n")
    machine.put("/sys/module/unrelated/version", "1\n")
    machine.put(
        "/var/lib/dpkg/status",
        "Package: libnvidia-ml1\nStatus: install ok installed\nVersion: 1:535.261.03-1~deb12u1\n",
    )
    assert read() == {
        "modules": {"gdrdrv": "2.4", "mlx5_core": "", "nvidia": "535.261.03", "nvidia_peermem": ""},
        "nouveau": False,
        "peermem": True,
        "dmabuf": False,
        "gdrcopy": True,
        "fabric_manager": {"installed": True, "active": False, "version": "535.129.03"},
        "persistenced_active": True,
        "nvidia_package_version": "535.261.03",
        "nvidia_proc_version": "",
    }


@pytest.mark.parametrize(
    ("module", "version", "kernel", "able"),
    [
        ("nvidia", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  535", "6.8.0-1", True),
        ("nvidia", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  535", "5.4.0", False),
        ("nvidia", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.261.03", "6.8.0", False),
        ("amdgpu", "", "5.15.0-112-generic", True),
        ("nouveau", "", "6.8.0", False),
    ],
)
def test_dmabuf(machine, monkeypatch, module, version, kernel, able):
    machine.units({})
    machine.put(f"/sys/module/{module}/x")
    machine.put("/proc/driver/nvidia/version", f"{version}\nGCC version: 12\n")
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "n", kernel, "1", "x86_64")))
    assert read()["dmabuf"] is able
    assert read()["nouveau"] is (module == "nouveau")


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.261.03  Thu May 29", "535.261.03"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build",
         "580.95.05"),
        ("NVRM version: something  else\n  1.2.3", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_driver_in_the_kernel_says_its_version(machine, said, version):
    machine.units({})
    machine.put("/proc/driver/nvidia/version", f"{said}\nGCC version:  gcc version 12.2.0\n")
    assert read()["nvidia_proc_version"] == version


def test_the_driver_s_package_by_rpm(machine):
    put_pci(machine)
    machine.units({})
    machine.tool("rpm", "echo 'nvidia-driver-cuda-libs 580.95.05'; echo 'package x is not there'")
    assert read()["nvidia_package_version"] == "580.95.05"


def test_a_fabric_manager_that_does_not_run(machine):
    machine.units({})
    machine.tool("nv-fabricmanager", "echo Segmentation fault >&2; exit 139")
    assert read()["fabric_manager"] == {"installed": True, "active": None, "version": ""}


@pytest.mark.parametrize(
    ("version", "bare"),
    [("1:535.261.03-1~deb12u1", "535.261.03"), ("580.95.05", "580.95.05"), ("x", ""), ("535", "")],
)
def test_versions(version, bare):
    assert bare_version(version) == bare


def test_releases():
    assert parse_release("5.15.0-112-generic") == (5, 15)
    assert parse_release("nonsense") == (0,)


@given(st.text(max_size=80))
def test_any_text(text):
    assert set(parse_version("version is : " + text)) <= set("0123456789.")
    assert all(number >= 0 for number in parse_release(text))
