"""A reboot: software starts afresh, firmware and broken parts stay as they are."""

from copy import deepcopy

from podsys.lab.hardware.reboot import after_reboot


def test_a_healthy_node_comes_back_as_it_was(platform_id, make_state):
    state = make_state(platform_id)
    assert after_reboot(state) == state


def test_the_old_state_is_not_touched(h100):
    h100["kmsg"].append({"age_s": 1, "level": 3, "text": "x"})
    h100["gpus"][0]["lost"] = True
    before = deepcopy(h100)
    after_reboot(h100)
    assert h100 == before


def test_the_installed_driver_is_loaded(h100):
    h100["driver"] |= {"installed_version": "535.300.01", "library_version": "535.300.01"}
    h100["driver"]["nvml_error"] = "lib_rm_version_mismatch"
    new = after_reboot(h100)
    assert new["driver"]["module_version"] == new["modules"]["nvidia"] == "535.300.01"
    assert new["modules"]["gdrdrv"] == h100["modules"]["gdrdrv"]
    assert new["driver"]["nvml_error"] == ""


def test_no_driver_is_loaded_where_none_is_installed_or_nouveau_has_the_gpus(h100):
    h100["driver"]["installed_version"] = ""
    assert not after_reboot(h100)["driver"]["module_loaded"]
    h100["driver"]["installed_version"] = "535.261.03"
    h100["modules"]["nouveau"] = ""
    assert not after_reboot(h100)["driver"]["module_loaded"]


def test_what_only_lived_until_then_is_gone(h100):
    gpu = h100["gpus"][3]
    gpu |= {"lost": True, "error": "GPU is lost", "compute_mode": "prohibited"}
    gpu["processes"] = [{"pid": 7, "name": "python", "memory_mib": 1}]
    gpu["clocks"] |= {"locked": 345, "sm": 345}
    gpu["remapped"]["pending"] = True
    gpu["ecc"]["volatile"]["sram_uncorrectable"] = 2
    gpu["nvlinks"][0]["crc_errors"] = 9
    h100["nics"][0]["counters"]["symbol_error"] = 9
    h100["devices"][gpu["bdf"]] |= {"gone": True, "aer": {"correctable": 1, "nonfatal": 2}}
    h100["kmsg"].append({"age_s": 1, "level": 3, "text": "x"})
    new = after_reboot(h100)
    assert new["gpus"][3]["clocks"] == h100["gpus"][2]["clocks"]
    assert new["gpus"][3] == gpu | {
        "lost": False,
        "error": "",
        "compute_mode": "default",
        "processes": [],
        "clocks": new["gpus"][2]["clocks"],
        "remapped": new["gpus"][2]["remapped"],
        "ecc": new["gpus"][2]["ecc"],
        "nvlinks": new["gpus"][2]["nvlinks"],
    }
    assert new["nics"][0]["counters"]["symbol_error"] == 0
    assert new["devices"][gpu["bdf"]]["gone"] is False
    assert new["devices"][gpu["bdf"]]["aer"] == {"correctable": 0, "nonfatal": 0}
    assert new["kmsg"] == []


def test_what_is_broken_or_set_by_firmware_stays(h100):
    gpu = h100["gpus"][3]
    gpu["nvlinks"][2]["active"] = False
    gpu["remapped"]["failure"] = True
    gpu["ecc"]["aggregate"]["dram_uncorrectable"] = 4
    gpu |= {"throttle": ["hw_slowdown"], "mig": True, "persistence": False}
    h100["devices"]["0000:17:02.0"] |= {"acs": ["SrcValid", "ReqRedir"], "mps": 128, "width": 8}
    h100["devices"]["0000:42:00.0"]["present"] = False
    h100["dimms"][1]["present"] = False
    h100["nics"][1] |= {"state": "DOWN", "rate_gbps": 200}
    h100["iommu"]["type"] = "DMA"
    assert after_reboot(h100) == h100


def test_fabric_manager_starts_and_registers_the_gpus(h100):
    h100["fabric_manager"]["running"] = False
    h100["gpus"][0]["fabric"] |= {"state": "in_progress", "status": "not_supported"}
    new = after_reboot(h100)
    assert new["fabric_manager"]["running"]
    assert new["gpus"][0]["fabric"] == new["gpus"][1]["fabric"]


def test_fabric_manager_of_another_version_registers_nothing(h100):
    h100["fabric_manager"]["version"] = "535.100.01"
    h100["gpus"][0]["fabric"] |= {"state": "not_started"}
    assert after_reboot(h100)["gpus"][0]["fabric"]["state"] == "not_started"
