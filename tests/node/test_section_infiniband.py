"""The section `infiniband`, on own fixtures and on a real node's files where they are at hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.memo import forget
from podsys.node.sections import read_section
from podsys.node.sections.infiniband import parse_guid, parse_rate, parse_state
from tests.node.hardware import SAMPLES, link, put_infiniband, put_pci


def test_a_machine_without_any(machine):
    assert read_section("infiniband") == {"ports": [], "count": 0}


def test_one_port(machine):
    put_pci(machine)
    put_infiniband(machine, "mlx5_0", "0000:19:00.0")
    assert read_section("infiniband")["ports"] == [
        {
            "device": "mlx5_0",
            "port": 1,
            "link_layer": "InfiniBand",
            "state": "ACTIVE",
            "phys_state": "LinkUp",
            "rate_gbps": 400,
            "firmware": "28.39.1002",
            "board": "MT_0000000838",
            "guid": "a088:c203:00ab:cdef",
            "bdf": "0000:19:00.0",
            "numa_node": 0,
            "netdev": "ib0",
            "counters": {"symbol_error": 2, "link_downed": 255, "out_of_sequence": 7},
        }
    ]


def test_virtual_functions_beside_their_device_are_not_its_ports(machine):
    """In a guest they are all there is, and count."""
    put_pci(machine)
    for device, bdf in {"mlx5_0": "0000:19:00.0", "mlx5_1": "0000:19:00.2"}.items():
        put_infiniband(machine, device, bdf)
    link(machine, "/sys/bus/pci/devices/0000:19:00.2/physfn", "/sys/bus/pci/devices/0000:19:00.0")
    assert [port["device"] for port in read_section("infiniband")["ports"]] == ["mlx5_0"]
    assert read_section("infiniband")["count"] == 1
    machine.path("/sys/class/infiniband/mlx5_0").rename(machine.path("/elsewhere"))
    assert [port["device"] for port in read_section("infiniband")["ports"]] == ["mlx5_1"]


def test_a_port_that_is_not_up(machine):
    put_infiniband(
        machine, "mlx5_0", "0000:19:00.0", state="2: INIT", phys_state="2: Polling", rate="x"
    )
    port = read_section("infiniband")["ports"][0]
    assert (port["state"], port["phys_state"], port["rate_gbps"]) == ("INIT", "Polling", None)


@pytest.mark.skipif(SAMPLES is None, reason="no samples beside this checkout")
def test_a_real_node(tmp_path, monkeypatch):
    folder = tmp_path / "sys/class"
    folder.mkdir(parents=True)
    (folder / "infiniband").symlink_to(SAMPLES / "sysfs/sys-class-infiniband-h100.0")
    monkeypatch.setenv("PODSYS_ROOT", str(tmp_path))
    forget()
    ports = {port["device"]: port for port in read_section("infiniband")["ports"]}
    assert sorted(ports) == [*(f"mlx5_{n}" for n in (0, 1, 4, 5, 6, 7, 8, 9)), "mlx5_bond_0"]
    assert {(p["state"], p["phys_state"]) for p in ports.values()} == {("ACTIVE", "LinkUp")}
    assert (ports["mlx5_4"]["rate_gbps"], ports["mlx5_4"]["link_layer"]) == (400, "InfiniBand")
    assert (ports["mlx5_4"]["firmware"], ports["mlx5_4"]["board"]) == (
        "28.41.1000",
        "MT_0000000838",
    )
    assert ports["mlx5_bond_0"]["link_layer"] == "Ethernet"
    assert ports["mlx5_1"]["counters"]["link_downed"] == 255


@pytest.mark.parametrize(
    ("text", "state"), [("4: ACTIVE", "ACTIVE"), ("ACTIVE", ""), ("-4: ACTIVE", ""), ("", "")]
)
def test_states(text, state):
    assert parse_state(text) == state


@pytest.mark.parametrize(
    ("text", "rate"),
    [("2.5 Gb/sec (1X SDR)", 2.5), ("100 Gb/sec (4X EDR)", 100), ("nan Gb/sec", None), ("9", None)],
)
def test_rates(text, rate):
    assert parse_rate(text) == rate


@given(st.text(max_size=60))
def test_any_text(text):
    rate = parse_rate(text)
    assert rate is None or 0 <= rate <= 100000
    assert parse_state(text) in text
    assert parse_guid(text) in ("", text)
