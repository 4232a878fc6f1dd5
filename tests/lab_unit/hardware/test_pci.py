"""The rendered tree, as files: paths are chains of bridges, links lead home, faults show."""

import os
from pathlib import PurePosixPath

from podsys.lab.hardware.files import Folder, Link
from podsys.lab.hardware.pci import locate, pci_files

DEVICES = "/sys/bus/pci/devices"
GPU, PORT, NIC = "0000:1a:00.0", "0000:17:02.0", "0000:18:00.0"
HOME = f"/sys/devices/pci0000:15/0000:15:01.0/0000:16:00.0/{PORT}/{GPU}"


def text(files, path):
    return files[path].decode().strip()


def target(files, path):
    """Where a link leads, as an absolute path."""
    return os.path.normpath(PurePosixPath(path).parent / files[path].target)


def test_the_path_of_a_device_is_the_chain_of_bridges(h100):
    assert locate(h100["devices"], GPU) == HOME
    assert target(pci_files(h100), f"{DEVICES}/{GPU}") == HOME


def test_every_link_leads_somewhere(platform_id, make_state):
    files = pci_files(make_state(platform_id))
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    links = {path: entry for path, entry in files.items() if isinstance(entry, Link)}
    assert links
    for path, link in links.items():
        assert target(files, path) in folders
        assert not link.target.startswith("/")


def test_no_path_is_a_file_and_a_folder(platform_id, make_state):
    files = pci_files(make_state(platform_id))
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    assert [path for path in folders & set(files) if not isinstance(files[path], Folder)] == []


def test_what_linux_shows_of_a_gpu(h100):
    files = pci_files(h100)
    shown = {name: text(files, f"{HOME}/{name}") for name in ("vendor", "device", "class")}
    assert shown == {"vendor": "0x10de", "device": "0x2330", "class": "0x030200"}
    assert text(files, f"{HOME}/subsystem_device") == "0x16c1"
    assert text(files, f"{HOME}/revision") == "0xa1"
    assert text(files, f"{HOME}/current_link_speed") == "32.0 GT/s PCIe"
    assert text(files, f"{HOME}/max_link_width") == "16"
    assert text(files, f"{HOME}/numa_node") == "0"
    assert text(files, f"{HOME}/local_cpulist") == "0-55,112-167"
    assert text(files, f"{HOME}/link/l1_aspm") == "0"
    assert len(files[f"{HOME}/config"]) == 4096
    assert target(files, f"{HOME}/driver") == "/sys/bus/pci/drivers/nvidia"


def test_resources_are_lines_of_three_numbers(h100):
    lines = text(pci_files(h100), f"{HOME}/resource").splitlines()
    assert len(lines) == 13
    start, end, flags = (int(word, 16) for word in lines[2].split())
    assert (end - start + 1, flags) == (128 << 30, 0x14220C)
    assert lines[1].split() == ["0x0000000000000000"] * 3


def test_errors_are_counted_with_a_total(h100):
    h100["devices"][GPU]["aer"]["correctable"] = 7
    lines = text(pci_files(h100), f"{HOME}/aer_dev_correctable").splitlines()
    assert "BadTLP 7" in lines
    assert lines[-1] == "TOTAL_ERR_COR 7"
    assert sum(int(line.split()[1]) for line in lines) == 14


def test_a_device_that_is_not_present_takes_along_what_is_below_it(h100):
    h100["devices"][PORT]["present"] = False
    files = pci_files(h100)
    assert not any(PORT in path or GPU in path for path in files)
    assert f"{DEVICES}/{NIC}" in files


def test_a_device_off_the_bus_is_listed_but_does_not_answer(h100):
    h100["devices"][GPU]["gone"] = True
    files = pci_files(h100)
    assert text(files, f"{HOME}/device") == "0x2330"
    assert set(files[f"{HOME}/config"]) == {0xFF}
    assert text(files, f"{HOME}/current_link_width") == "63"


def test_an_unloaded_driver_holds_nothing(h100):
    h100["driver"]["module_loaded"] = False
    files = pci_files(h100)
    assert f"{HOME}/driver" not in files
    assert not any(path.startswith("/sys/bus/pci/drivers/nvidia") for path in files)
    assert f"{locate(h100['devices'], NIC)}/driver" in files


def test_another_driver_may_hold_a_gpu(h100):
    h100["driver"]["module_loaded"] = False
    h100["devices"][GPU]["driver"] = "nouveau"
    assert target(pci_files(h100), f"{HOME}/driver") == "/sys/bus/pci/drivers/nouveau"


def test_every_device_is_in_its_group(h100):
    files = pci_files(h100)
    group = target(files, f"{HOME}/iommu_group")
    assert text(files, f"{group}/type") == "identity"
    assert target(files, f"{group}/devices/{GPU}") == HOME


def test_without_iommu_there_are_no_groups(h100):
    h100["iommu"]["on"] = False
    files = pci_files(h100)
    assert [path for path in files if "iommu_group" in path] == ["/sys/kernel/iommu_groups"]


def test_the_policy_in_force_stands_in_brackets(h100):
    path = "/sys/module/pcie_aspm/parameters/policy"
    assert text(pci_files(h100), path) == "default [performance] powersave powersupersave"
