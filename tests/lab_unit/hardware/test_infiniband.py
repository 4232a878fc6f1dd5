"""Network adapters in sysfs: layout and values as ibstat and the kernel's documents have them."""

from __future__ import annotations

from typing import Any

import pytest

from podsys.lab.hardware.files import Link
from podsys.lab.hardware.infiniband import infiniband_files, show_rate
from podsys.lab.hardware.netdevs import make_mac, netdev_files

State = dict[str, Any]
HOME = "/sys/devices/pci0000:15/0000:15:01.0/0000:16:00.0/0000:17:00.0/0000:18:00.0"
PORT = f"{HOME}/infiniband/mlx5_0/ports/1"


def test_a_port_reads_as_the_kernel_writes_it(h100: State) -> None:
    h100["nics"][0]["counters"]["symbol_error"] = 7
    files = infiniband_files(h100)
    guid = h100["nics"][0]["guid"]
    expected = {
        "state": "4: ACTIVE",
        "phys_state": "5: LinkUp",
        "rate": "400 Gb/sec (4X NDR)",
        "link_layer": "InfiniBand",
        "lid": f"{h100['nics'][0]['lid']:#x}",
        "gids/0": f"fe80:0000:0000:0000:{guid}",
        "counters/symbol_error": "7",
        "counters/link_downed": "0",
        "hw_counters/out_of_buffer": "0",
    }
    assert {name: files[f"{PORT}/{name}"] for name in expected} == {
        name: f"{text}\n".encode() for name, text in expected.items()
    }
    about = {"fw_ver": "28.39.1002", "board_id": "MT_0000000838", "hca_type": "MT4129"}
    for name, text in about.items():
        assert files[f"{HOME}/infiniband/mlx5_0/{name}"] == f"{text}\n".encode()


def test_the_classes_lead_to_the_pci_device(h100: State) -> None:
    files = infiniband_files(h100)
    tail = HOME.removeprefix("/sys/")
    assert files["/sys/class/infiniband/mlx5_0"] == Link(f"../../{tail}/infiniband/mlx5_0")
    assert files["/sys/class/infiniband_mad/umad0"] == Link(f"../../{tail}/infiniband_mad/umad0")
    assert files[f"{HOME}/infiniband/mlx5_0/device"] == Link("../..")
    assert files[f"{HOME}/infiniband_mad/umad0/ibdev"] == b"mlx5_0\n"
    assert files["/sys/class/infiniband_mad/abi_version"] == b"5\n"


@pytest.mark.parametrize(
    ("gbps", "text"),
    [
        (400, "400 Gb/sec (4X NDR)"),
        (200, "200 Gb/sec (4X HDR)"),
        (100, "100 Gb/sec (4X EDR)"),
        (50, "50 Gb/sec (2X EDR)"),
        (25, "25 Gb/sec (1X EDR)"),
        (2.5, "2.5 Gb/sec (1X SDR)"),
        (7, "7 Gb/sec"),
    ],
)
def test_rates_have_the_names_of_their_speed(gbps: float, text: str) -> None:
    assert show_rate(gbps) == text


def test_an_adapter_that_is_not_there_or_not_driven_is_not_shown(h100: State) -> None:
    devices, nics = h100["devices"], h100["nics"]
    devices[nics[0]["bdf"]]["present"] = False
    devices[nics[1]["bdf"]]["gone"] = True
    devices[nics[2]["bdf"]]["driver"] = ""
    devices[devices[nics[3]["bdf"]]["parent"]]["present"] = False
    for files in (infiniband_files(h100), netdev_files(h100)):
        listed = {path.rpartition("/")[2] for path in files if path.startswith("/sys/class/")}
        assert listed.isdisjoint(f"{name}{n}" for name in ("mlx5_", "ib", "umad") for n in range(4))
        assert listed & {"mlx5_4", "ib4"}


def test_without_the_rdma_modules_there_is_no_class(h100: State) -> None:
    assert infiniband_files(h100 | {"modules": {"mlx5_core": ""}}) == {}
    assert infiniband_files(h100 | {"modules": h100["modules"] | {"mlx5_ib": None}}) == {}
    assert netdev_files(h100 | {"modules": {"ib_core": ""}}) == {}


def test_ethernet_has_no_subnet_manager_and_an_interface(make_state: Any) -> None:
    state = make_state("mi300x")
    nic = state["nics"][0]
    nic["phys_state"], nic["counters"]["link_downed"] = "Disabled", 3
    files = {path.rpartition("/")[2]: entry for path, entry in infiniband_files(state).items()
             if "/mlx5_0/" in path}  # fmt: skip
    assert files["link_layer"] == b"Ethernet\n"
    assert (files["lid"], files["sm_lid"]) == (b"0x0\n", b"0x0\n")
    assert files["phys_state"] == b"3: Disabled\n"
    shown = {path.rpartition("/")[2]: entry for path, entry in netdev_files(state).items()
             if "/net/rdma0/" in path}  # fmt: skip
    assert shown["address"] == f"{make_mac(nic['guid'])}\n".encode()
    assert (shown["operstate"], shown["speed"], shown["carrier"]) == (b"down\n", b"-1\n", b"0\n")
    assert (shown["mtu"], shown["carrier_changes"]) == (b"9000\n", b"7\n")


def test_a_mac_is_the_guid_without_its_middle() -> None:
    assert make_mac("b83f:d203:00e5:d90b") == "b8:3f:d2:e5:d9:0b"
