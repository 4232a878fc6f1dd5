"""Configuration spaces decoded."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podsys.node.pci_config import ACS_NAMES, UNKNOWN, WIDTHS, Registers, decode
from tests.node.hardware import config_space


def registers(space):
    return Registers(lambda offset, length: space[offset : offset + length])


def read(space):
    return decode(registers(space))


def test_an_endpoint():
    space = config_space(link=((32, 16), (2.5, 8)), payload=(512, 256), read_request=4096, aspm=2)
    assert read(space) == {
        "subsystem": "10de:16c1",
        "revision": "a1",
        "port_type": "endpoint",
        "speed_gts": 2.5,
        "max_speed_gts": 32,
        "width": 8,
        "max_width": 16,
        "mps": 256,
        "mps_supported": 512,
        "mrrs": 4096,
        "relaxed_ordering": True,
        "aspm": "L1",
        "acs": None,
    }


def test_a_port_of_a_switch():
    found = read(config_space(port="downstream", acs=0x5D, relaxed=False))
    assert found["acs"] == ["SrcValid", "ReqRedir", "CmpltRedir", "UpstreamFwd", "DirectTrans"]
    assert (found["port_type"], found["relaxed_ordering"]) == ("downstream", False)
    assert found["subsystem"] == "1000:0057"


@pytest.mark.parametrize("port", ["root_port", "upstream"])
def test_other_ports(port):
    found = read(config_space(port=port, acs=0))
    assert (found["port_type"], found["acs"]) == (port, [])


def test_a_device_of_the_older_bus_has_no_link():
    found = read(config_space(port=None))
    assert found == {**UNKNOWN, "subsystem": "10de:16c1", "revision": "a1"}


def test_a_virtual_function_in_a_guest_has_no_link():
    """Its registers of link and packets are noughts, whatever the device itself does."""
    found = read(config_space(link=((32, 16), (0, 0)), payload=(512, 128), read_request=128))
    known = {"subsystem": "10de:16c1", "revision": "a1", "port_type": "endpoint"}
    assert found == {**UNKNOWN, **known}


def test_a_port_without_a_card_keeps_what_it_can():
    found = read(config_space(port="root_port", link=((32, 16), (2.5, 0))))
    assert (found["width"], found["max_width"], found["mps"]) == (0, 16, 256)


def test_only_the_beginning_as_users_see_it():
    found = read(config_space()[:64])
    assert (found["revision"], found["port_type"], found["mps"]) == ("a1", "", None)


def test_without_the_extended_part_there_is_no_acs():
    found = read(config_space(port="downstream", acs=0x1D)[:256])
    assert (found["mps"], found["acs"]) == (256, None)


def test_gone():
    assert registers(b"\xff" * 4096).is_gone()
    assert not registers(config_space()).is_gone()
    assert not registers(b"").is_gone()


@pytest.mark.parametrize(("at", "following"), [(0x88, 0x60), (0x60, 0x60), (0x88, 0x88)])
def test_a_list_in_a_circle_ends(at, following):
    space = bytearray(config_space())
    space[at + 1] = following
    assert read(bytes(space))["port_type"] == ("" if at == 0x60 else "endpoint")


def test_an_extended_list_in_a_circle_ends():
    space = bytearray(config_space(port="downstream", acs=0x1D))
    struct.pack_into("<I", space, 0x148, 0x0003 | 0x100 << 20)
    assert read(bytes(space))["acs"] is None


@given(st.binary(max_size=600) | st.binary(min_size=4096, max_size=4096))
@example(b"\0" * 6 + b"\x10\0" + b"\x40" * 4088)
def test_any_bytes(space):
    check(read(space))


@given(st.lists(st.tuples(st.integers(0, 0x150), st.integers(0, 255)), max_size=30))
def test_any_damage(changes):
    space = bytearray(config_space(port="downstream", acs=0x1D))
    for at, byte in changes:
        space[at] = byte
    check(read(bytes(space)))


def check(found):
    assert set(found) == set(UNKNOWN)
    assert all(found[key] in (None, *WIDTHS) for key in ("width", "max_width"))
    sizes = (None, 128, 256, 512, 1024, 2048, 4096)
    assert all(found[key] in sizes for key in ("mps", "mps_supported", "mrrs"))
    speeds = (None, 2.5, 5, 8, 16, 32, 64)
    assert all(found[key] in speeds for key in ("speed_gts", "max_speed_gts"))
    assert set(found["acs"] or ()) <= set(ACS_NAMES)
