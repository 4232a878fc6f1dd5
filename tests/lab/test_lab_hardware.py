"""Emulated hardware as the real tools see it: healthy, broken, after a reboot, healed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pynvml
import pytest

from podsys import lab
from podsys.errors import PodsysError
from podsys.lab import faults
from podsys.lab.hardware.platforms import load_platform
from tests.lab.practice import Outcome, needs_nodes, wait_until

pytestmark = needs_nodes
NAME = f"t-hw-{os.getpid()}"
H100, MI300X = "n001", "n002"
GPU, WIDE = "0000:60:00.0", "0000:1a:00.0"
NVML = """
import json, pynvml
pynvml.nvmlInit()
gpus = []
for index in range(pynvml.nvmlDeviceGetCount()):
    try:
        gpu = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(gpu).total >> 20
        gpus.append([pynvml.nvmlDeviceGetName(gpu), memory])
    except pynvml.NVMLError as error:
        gpus.append([str(error), 0])
print(json.dumps({"driver": pynvml.nvmlSystemGetDriverVersion(), "gpus": gpus}))
"""


@pytest.fixture(scope="module")
def running() -> Iterator[lab.LabStatus]:
    """One node of each of two platforms; whoever breaks one heals it."""
    try:
        yield lab.up(2, NAME, platforms=["hgx-h100", "mi300x"])
    finally:
        lab.down(NAME)


@pytest.fixture
def healed(running: lab.LabStatus) -> Iterator[lab.LabStatus]:
    yield running
    assert podsys("heal").code == 0


def sh(node: str, script: str, text: str = "") -> str:
    done = faults.run_in(node, ["sh", "-c", script], NAME, text=text)
    return done.stdout.strip()


def podsys(*words: str) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "podsys.cli", "lab", *words, "--name", NAME],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def ask_nvml(node: str) -> dict[str, list[list[object]]]:
    """What the real Python bindings say on the node."""
    sh(node, "cat > /root/pynvml.py", Path(pynvml.__file__).read_text())
    found: dict[str, list[list[object]]] = json.loads(sh(node, "cd /root && python3 -", NVML))
    return found


def reboot(node: str) -> None:
    before = sh(node, "cat /proc/sys/kernel/random/boot_id")
    sh(node, "systemctl reboot")

    def is_back() -> bool:
        try:
            now = sh(node, "cat /proc/sys/kernel/random/boot_id")
            return now not in ("", before) and sh(node, "systemctl is-system-running") == "running"
        except PodsysError:  # between two boots there is nothing to enter
            return False

    wait_until(is_back)


def test_nodes_are_what_their_platforms_say(running: lab.LabStatus) -> None:
    assert [node.platform for node in running.nodes] == ["hgx-h100", "mi300x"]
    for node in running.nodes:
        dmi = load_platform(node.platform).dmi
        wait_until(lambda node=node: sh(node.name, "systemctl is-system-running") == "running")
        assert sh(node.name, "dmidecode -s system-product-name") == dmi.product
        assert sh(node.name, "dmidecode -s bios-vendor") == "podsys lab (emulated)"
        assert sh(node.name, "cat /sys/class/dmi/id/product_name") == dmi.product
        sizes = sh(node.name, "dmidecode -t 17 | grep -c '^.Size: '")
        assert int(sizes) == dmi.dimms.count
        assert "NUMA node(s):" in sh(node.name, "lscpu")
        assert sh(node.name, "ls -d /sys/devices/system/node/node?* | wc -l") == "2"


def test_lspci_and_setpci_run_unchanged(running: lab.LabStatus) -> None:
    listed = sh(H100, "lspci -d 10de:2330")
    assert len(listed.splitlines()) == 8
    assert len(sh(MI300X, "lspci -d 1002:74a1").splitlines()) == 8
    shown = sh(H100, f"lspci -vvv -s {WIDE} 2>&1")
    assert "Speed 32GT/s, Width x16" in shown
    assert "MaxPayload 256 bytes, MaxReadReq 512 bytes" in shown
    assert "Kernel driver in use: nvidia" in shown
    assert "libkmod" not in shown
    assert shown.splitlines()[0].endswith("(rev a1)")
    before = sh(H100, f"setpci -s {WIDE} CAP_EXP+8.w")
    sh(H100, f"setpci -s {WIDE} CAP_EXP+8.w=5000:7000")
    try:
        assert "MaxReadReq 4096 bytes" in sh(H100, f"lspci -vv -s {WIDE}")
    finally:
        sh(H100, f"setpci -s {WIDE} CAP_EXP+8.w={before}")


def test_ibstat_reads_every_port(running: lab.LabStatus) -> None:
    assert sh(H100, "ibstat -l").split() == [f"mlx5_{number}" for number in range(8)]
    port = sh(H100, "ibstat mlx5_0 1")
    for line in ("State: Active", "Rate: 400", "Link layer: InfiniBand"):
        assert line in port
    assert "Link layer: Ethernet" in sh(MI300X, "ibstat mlx5_3 1")
    assert sh(MI300X, "cat /sys/class/net/rdma3/speed") == "400000"
    assert sh(H100, "readlink -e /sys/class/infiniband/mlx5_0/device").endswith("/0000:18:00.0")


def test_pynvml_and_proc_agree_on_gpus_and_driver(running: lab.LabStatus) -> None:
    found = ask_nvml(H100)
    assert found["gpus"] == [["NVIDIA H100 80GB HBM3", 81559]] * 8
    assert f"  {found['driver']}  " in sh(H100, "cat /proc/driver/nvidia/version")
    assert sh(H100, "cat /sys/module/nvidia/version") == found["driver"]
    assert sh(H100, "nv-fabricmanager --version").endswith(f" {found['driver']}")
    active = sh(H100, "systemctl is-active nvidia-fabricmanager nvidia-persistenced")
    assert active.split() == ["active", "active"]


def test_amd_gpus_stand_in_sysfs(running: lab.LabStatus) -> None:
    memory = sh(MI300X, "cat /sys/class/drm/card*/device/mem_info_vram_total")
    assert memory.split() == [str(196592 << 20)] * 8
    assert sh(MI300X, "cat /sys/module/amdgpu/version") == "6.8.5"
    assert sh(MI300X, "ls /proc/driver") == ""


def test_faults_are_seen_by_the_tools_on_that_node_only(healed: lab.LabStatus) -> None:
    before = sh(MI300X, "lspci -vvv | md5sum")
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    for fault in ("gpu-lost-xid79", "pcie-width-low", "gpu-lost-xid79"):
        done = podsys("break", fault, "--node", H100)
        assert done.code == 0, done.err
    assert sh(H100, f"lspci -s {GPU}").endswith("(rev ff)")
    lost = [index for index, gpu in enumerate(ask_nvml(H100)["gpus"]) if gpu[0] == "GPU is lost"]
    assert lost == [3]
    narrow = sh(H100, "lspci -vv | grep -c 'Width x8 (downgraded)'")
    assert narrow == "1"
    records = sh(H100, "cat /dev/kmsg").splitlines()
    expected = f"NVRM: Xid (PCI:{GPU}): 79, pid="
    assert [record.split(";")[1][: len(expected)] for record in records] == [expected] * 2
    assert int(records[-1].split(",")[2]) >= (began - 1) * 1e6
    assert lab.status(NAME).nodes[0].broken == ("gpu-lost-xid79", "pcie-width-low")
    assert lab.status(NAME).nodes[1].broken == ()
    assert sh(MI300X, "lspci -vvv | md5sum") == before
    assert sh(MI300X, "cat /dev/kmsg") == ""


def test_a_reboot_forgets_what_hardware_forgets(healed: lab.LabStatus) -> None:
    for fault in ("gpu-lost-xid79", "pcie-width-low"):
        podsys("break", fault, "--node", H100)
    sh(H100, "setpci -s 0000:18:00.0 CAP_EXP+8.w=2000:7000")
    reboot(H100)
    assert sh(H100, f"lspci -s {GPU}").endswith("(rev a1)")
    assert sh(H100, "cat /dev/kmsg") == ""
    assert sh(H100, "lspci -vv | grep -c 'Width x8 (downgraded)'") == "1"
    assert "MaxReadReq 4096" in sh(H100, "lspci -vv -s 0000:18:00.0")
    assert sh(H100, "systemctl is-active nvidia-fabricmanager") == "active"
    assert lab.status(NAME).nodes[0].broken == ("gpu-lost-xid79", "pcie-width-low")


def test_heal_puts_everything_back_and_can_be_repeated(running: lab.LabStatus) -> None:
    look = "lspci -vvv; cat /dev/kmsg /run/podsys-lab/nvml; ibstat; systemctl --failed --no-legend"
    healthy = sh(H100, look)
    for fault in ("gpu-lost-xid79", "pcie-width-low", "units-failed"):
        done = podsys("break", fault, "--node", H100)
        assert done.code == 0, done.err
    assert sh(H100, look) != healthy
    for _ in range(2):
        done = podsys("heal", "--node", H100)
        assert (done.code, done.out) == (0, f"Healed: {H100}\n"), done.err
        assert sh(H100, look) == healthy
    assert lab.status(NAME).nodes[0].broken == ()


def test_registers_that_a_node_set_outlive_another_fault(healed: lab.LabStatus) -> None:
    sh(H100, f"setpci -s {WIDE} CAP_EXP+8.w=5000:7000")
    podsys("break", "gpu-lost-xid79", "--node", H100)
    assert "MaxReadReq 4096 bytes" in sh(H100, f"lspci -vv -s {WIDE}")


def test_a_fault_of_other_hardware_is_refused(running: lab.LabStatus) -> None:
    done = podsys("break", "gpu-lost-xid79", "--node", MI300X)
    assert done.code == 2
    assert "cannot be made on n002, whose platform is mi300x" in done.err
    assert "hgx-h100" in done.err
    assert podsys("break", "gpu-lost-xid79", "--node", "n007").code == 2
    assert podsys("break", "gpu-lost-xid79").code == 2
    assert lab.status(NAME).nodes[1].broken == ()


def test_status_labels_emulated_hardware(running: lab.LabStatus) -> None:
    nodes = json.loads(podsys("status", "--json").out)["nodes"]
    assert [(node["platform"], node["emulated"]) for node in nodes] == [
        ("hgx-h100", True),
        ("mi300x", True),
    ]
    assert "emulated hardware" in podsys("status").out


@pytest.mark.parametrize("act", [faults.kill_node, faults.freeze])
def test_heal_brings_back_a_node_that_is_off_or_hangs(
    running: lab.LabStatus, act: Callable[..., None]
) -> None:
    podsys("break", "pcie-width-low", "--node", H100)
    act(H100, NAME)
    assert podsys("heal", "--node", H100).code == 0
    assert lab.status(NAME).ready
    assert sh(H100, "lspci -vv | grep -c downgraded") == "0"
