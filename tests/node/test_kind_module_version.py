"""The module in the kernel, the one on disk, and the hardware that they are for."""

from __future__ import annotations

ITEM = {
    "id": "nvidia_driver.module_version.nvidia",
    "kind": "module_version",
    "key": "nvidia",
    "value": "535.309.01",
    "params": {"maker": "nvidia"},
}
GPU = "/sys/bus/pci/devices/0000:3b:00.0/"


def with_gpu(machine, built: str = "535.309.01") -> None:
    machine.put(GPU + "class", "0x030200\n")
    machine.put(GPU + "vendor", "0x10de\n")
    machine.tool("modinfo", f"echo {built}" if built else "exit 1")


def test_a_newer_driver_on_disk_waits_for_a_reboot(machine) -> None:
    with_gpu(machine)
    machine.put("/sys/module/nvidia/version", "535.261.03\n")
    assert machine.read_one(ITEM) == {"live": "535.261.03", "persistent": "535.309.01"}


def test_debian_has_another_name_for_the_file(machine) -> None:
    with_gpu(machine)
    machine.tool("modinfo", '[ "$3" = nvidia-current ] && echo 535.309.01')
    assert machine.read_one(ITEM) == {"live": "not loaded", "persistent": "535.309.01"}


def test_neither_loaded_nor_built(machine) -> None:
    with_gpu(machine, built="")
    assert machine.read_one(ITEM) == {"live": "not loaded", "persistent": "not built"}


def test_without_such_a_gpu_it_does_not_apply(machine) -> None:
    with_gpu(machine)
    machine.put(GPU + "vendor", "0x1002\n")
    assert machine.read_one(ITEM) == {"absent": "the machine has no nvidia GPU"}


def test_what_was_left_unbuilt_is_built(machine) -> None:
    machine.tool("dkms", "exit 0")
    machine.write(ITEM)
    assert machine.calls == ["dkms autoinstall"]
