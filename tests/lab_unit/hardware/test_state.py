"""The healthy state: complete, the same each time, and true to its platform."""

import json

import pytest

from podsys.lab.hardware.state import BIOS_VENDOR, healthy_state
from tests.lab_unit.hardware.hardware_sample import PLATFORMS

DEVICE_KEYS = {
    *("kind", "index", "parent", "vendor", "device", "subsystem", "class", "revision", "numa"),
    *("present", "gone", "driver", "speed_gts", "max_speed_gts", "width", "max_width", "bars"),
    *("mps_supported", "mps", "mrrs", "relaxed_ordering", "aspm", "acs", "iommu_group", "aer"),
}
GPU_KEYS = {
    *("index", "bdf", "uuid", "serial", "name", "memory_mib", "vbios", "lost", "error"),
    *("persistence", "compute_mode", "mig", "ecc", "remapped", "clocks", "throttle", "power_w"),
    *("power_limit_w", "power_default_w", "temperature_c", "utilisation", "processes"),
    *("nvlinks", "fabric", "pcie_gen", "pcie_width", "pcie_replays"),
}


def test_it_is_json_and_the_same_for_the_same_name(platform_id):
    platform = PLATFORMS[platform_id]
    state = healthy_state(platform, "node1")
    assert json.loads(json.dumps(state)) == state
    assert healthy_state(platform, "node1") == state


def test_two_nodes_share_no_serial_number():
    one, two = (healthy_state(PLATFORMS["hgx-h100"], name) for name in ("node1", "node2"))
    for key, part in (("uuid", "gpus"), ("serial", "gpus"), ("guid", "nics")):
        values = [item[key] for state in (one, two) for item in state[part]]
        assert len(set(values)) == 16
    assert one["dmi"]["serial"] != two["dmi"]["serial"]


def test_every_part_is_filled(platform_id, make_state):
    state, platform = make_state(platform_id), PLATFORMS[platform_id]
    assert all(set(device) == DEVICE_KEYS for device in state["devices"].values())
    assert all(set(gpu) == GPU_KEYS for gpu in state["gpus"])
    counts = dict.fromkeys(platform.parts(), 0)
    for device in state["devices"].values():
        if device["kind"] in counts:
            counts[device["kind"]] += 1
    assert counts == {kind: part.count for kind, part in platform.parts().items()}
    assert len(state["dimms"]) == platform.dmi.dimms.count


def test_parts_name_their_own_device(platform_id, make_state):
    state = make_state(platform_id)
    for kind in ("gpu", "nic"):
        for part in state[f"{kind}s"]:
            device = state["devices"][part["bdf"]]
            assert (device["kind"], device["index"]) == (kind, part["index"])


def test_parents_lead_to_a_root_port(platform_id, make_state):
    devices = make_state(platform_id)["devices"]
    for bdf in devices:
        chain = [bdf]
        while devices[chain[-1]]["parent"]:
            chain.append(devices[chain[-1]]["parent"])
        assert devices[chain[-1]]["kind"] == "root_port"
        assert len({devices[one]["numa"] for one in chain}) == 1
        assert [one for one in chain if one > bdf] == []


def test_one_payload_on_every_path(platform_id, make_state):
    state, payload = make_state(platform_id), PLATFORMS[platform_id].payload
    for device in state["devices"].values():
        assert device["mps"] == payload <= device["mps_supported"]


def test_payloads_that_devices_of_an_h100_server_offer(h100):
    offered = {device["kind"]: device["mps_supported"] for device in h100["devices"].values()}
    assert offered == {
        **{"gpu": 256, "nvswitch": 256, "nic": 512, "nvme": 512},
        **{"root_port": 512, "switch_up": 2048, "switch_down": 2048},
    }


def test_a_link_runs_at_what_both_ends_can(platform_id, make_state):
    devices = make_state(platform_id)["devices"]
    for device in devices.values():
        port = devices.get(device["parent"])
        if port and port["kind"] != "switch_up":
            speed = min(device["max_speed_gts"], port["max_speed_gts"])
            assert device["speed_gts"] == port["speed_gts"] == speed
            assert device["width"] == port["width"] == min(device["max_width"], port["max_width"])


@pytest.mark.parametrize(
    ("name", "active"), [("hgx-h100", 18), ("hgx-a100", 12), ("h100-pcie", 12)]
)
def test_links_that_carry_data(make_state, name, active):
    for gpu in make_state(name)["gpus"]:
        assert [link["active"] for link in gpu["nvlinks"]].count(True) == active


def test_only_boards_with_a_fabric_registered_one(make_state):
    assert all(gpu["fabric"]["state"] == "completed" for gpu in make_state("hgx-h100")["gpus"])
    assert all(gpu["fabric"] is None for gpu in make_state("h100-pcie")["gpus"])


def test_the_firmware_says_that_it_is_emulated(platform_id, make_state):
    assert make_state(platform_id)["dmi"]["bios_vendor"] == BIOS_VENDOR == "podsys lab (emulated)"
