"""The section `pci` on a small server: a root port, a switch, a GPU and a NIC below it."""

import pytest

from podsys.node.memo import forget
from podsys.node.pci import list_devices, list_gpus
from podsys.node.sections import read_section
from podsys.node.sections.pci import find_policy, find_total
from tests.node.hardware import config_space, link, put_device, put_pci

ROOT, UP, DOWN, DOWN2 = "0000:15:01.0", "0000:16:00.0", "0000:17:00.0", "0000:17:01.0"
GPU, NIC = "0000:18:00.0", "0000:19:00.0"


def read():
    forget()
    found = read_section("pci")
    return found, {device["bdf"]: device for device in found["devices"]}


def test_a_machine_without_any(machine):
    assert read_section("pci") == {"devices": [], "iommu_types": [], "aspm_policy": ""}


def test_ends_and_the_bridges_above_them(machine):
    put_pci(machine)
    found, devices = read()
    assert {bdf: device["kind"] for bdf, device in devices.items()} == {
        ROOT: "bridge",
        UP: "bridge",
        DOWN: "bridge",
        DOWN2: "bridge",
        GPU: "gpu",
        NIC: "nic",
    }
    parents = {bdf: device["parent"] for bdf, device in devices.items()}
    assert parents == {ROOT: "", UP: ROOT, DOWN: UP, DOWN2: UP, GPU: DOWN, NIC: DOWN2}
    assert (found["iommu_types"], found["aspm_policy"]) == (["identity"], "default")


def test_one_device_in_full(machine):
    put_pci(machine)
    assert read()[1][GPU] == {
        "bdf": GPU,
        "vendor": "10de",
        "device": "2330",
        "subsystem": "10de:16c1",
        "class": "030200",
        "revision": "a1",
        "kind": "gpu",
        "driver": "nvidia",
        "numa_node": 0,
        "parent": DOWN,
        "iommu_group": 42,
        "aer": {"correctable": 3, "nonfatal": 0, "fatal": 0},
        "port_type": "endpoint",
        "speed_gts": 32,
        "max_speed_gts": 32,
        "width": 16,
        "max_width": 16,
        "mps": 256,
        "mps_supported": 256,
        "mrrs": 512,
        "relaxed_ordering": True,
        "aspm": "off",
        "acs": None,
        "gone": False,
    }


def test_the_switch_and_the_nic(machine):
    put_pci(machine)
    devices = read()[1]
    assert devices[DOWN]["acs"] == ["SrcValid", "ReqRedir", "CmpltRedir", "UpstreamFwd"]
    assert (devices[UP]["port_type"], devices[UP]["mps_supported"]) == ("upstream", 2048)
    assert (devices[NIC]["mrrs"], devices[NIC]["driver"], devices[NIC]["aer"]) == (4096, "", None)


def test_a_device_that_fell_off_the_bus(machine):
    put_pci(machine)
    machine.put(f"/sys/bus/pci/devices/{GPU}/config", b"\xff" * 4096)
    gpu = read()[1][GPU]
    assert (gpu["gone"], gpu["vendor"], gpu["device"]) == (True, "10de", "2330")
    assert (gpu["speed_gts"], gpu["mps"], gpu["acs"], gpu["revision"]) == (None, None, None, "")


@pytest.mark.parametrize(
    ("class_", "ids", "kind"),
    [
        ("030000", (0x10DE, 0x2684), "gpu"),
        ("030000", (0x1A03, 0x2000), "other"),
        ("038000", (0x1002, 0x740F), "gpu"),
        ("120000", (0x1002, 0x74A1), "gpu"),
        ("120000", (0x1DA3, 0x1020), "gpu"),
        ("068000", (0x10DE, 0x22A3), "nvswitch"),
        ("068000", (0x8086, 0x1234), "other"),
        ("020000", (0x1AF4, 0x1041), "nic"),
        ("010802", (0x144D, 0xA80A), "nvme"),
        ("010601", (0x8086, 0xA182), "other"),
        ("060400", (0x8086, 0x352A), "bridge"),
    ],
)
def test_kinds(machine, class_, ids, kind):
    put_device(machine, ["0000:05:00.0"], class_, config_space(ids))
    assert [device.kind for device in list_devices()] == [kind]


@pytest.mark.parametrize(
    ("class_", "ids"), [("020700", (0x15B3, 0x101E)), ("030200", (0x10DE, 0x20B2))]
)
def test_virtual_functions_are_no_devices(machine, class_, ids):
    put_pci(machine)
    before = read()[0]
    put_device(machine, [ROOT, UP, DOWN2, "0000:19:00.1"], class_, config_space(ids))
    link(machine, "/sys/bus/pci/devices/0000:19:00.1/physfn", f"/sys/bus/pci/devices/{NIC}")
    assert read()[0] == before
    assert [device.bdf for device in list_gpus()] == [GPU]


def test_a_drive_behind_vmd_has_its_root_port_above_it(machine):
    home = "/sys/devices/pci0000:64/0000:64:05.5/pci10000:00/10000:00:02.0/10000:01:00.0"
    machine.put(f"{home}/class", "0x010802\n")
    link(machine, "/sys/bus/pci/devices/10000:01:00.0", home)
    (drive,) = list_devices()
    assert drive.chain == ("10000:00:02.0", "10000:01:00.0")


def test_firmware_that_does_not_say_where_a_device_is(machine):
    put_device(machine, [NIC], "020000", config_space(), numa_node="-1")
    assert read()[1][NIC]["numa_node"] is None


def test_what_is_no_device_is_passed_over(machine):
    for name in ("nonsense", "0000:18:00", "0000:18:00.9"):
        machine.put(f"/sys/bus/pci/devices/{name}/class", "0x030200\n")
    assert read_section("pci")["devices"] == []


def test_a_device_without_a_readable_space(machine):
    put_device(machine, [NIC], "020000", config_space())
    machine.path(f"/sys/bus/pci/devices/{NIC}/config").unlink()
    nic = read()[1][NIC]
    assert (nic["gone"], nic["mps"]) == (False, None)
    machine.path(f"/sys/bus/pci/devices/{NIC}/config").mkdir()
    assert read()[1][NIC]["mps"] is None


def test_each_kind_of_iommu_domain_once(machine):
    put_pci(machine)
    machine.put("/sys/kernel/iommu_groups/43/type", "DMA-FQ\n")
    link(machine, f"/sys/bus/pci/devices/{NIC}/iommu_group", "/sys/kernel/iommu_groups/43")
    assert read()[0]["iommu_types"] == ["DMA-FQ", "identity"]


@pytest.mark.parametrize(("text", "policy"), [("default [performance]\n", "performance"), ("", "")])
def test_policy(text, policy):
    assert find_policy(text) == policy


@pytest.mark.parametrize(
    ("text", "total"),
    [("RxErr 1\nTOTAL_ERR_COR 5\n", 5), ("TOTAL_ERR_COR -5\n", None), ("", None), ("5", None)],
)
def test_totals(text, total):
    assert find_total(text, "COR") == total
