"""A PCI configuration space decoded: what there is no file in sysfs for.

Registers and bits as in the kernel's include/uapi/linux/pci_regs.h. Read in small pieces, since
the hardware answers each word by itself: a whole space takes it a millisecond.
"""

from typing import Any, Callable, Dict, List, Optional

Read = Callable[[int, int], bytes]  # offset and length -> as many bytes, or less at the end

SUBSYSTEM_BRIDGE, PCIE = 0x0D, 0x10  # capabilities
ACS = 0x000D  # extended capability
PORT_TYPES = {
    0: "endpoint",
    1: "endpoint",
    4: "root_port",
    5: "upstream",
    6: "downstream",
    7: "bridge",
    8: "bridge",
    9: "integrated",
    10: "integrated",
}
SPEEDS_GTS = {1: 2.5, 2: 5, 3: 8, 4: 16, 5: 32, 6: 64}
WIDTHS = (0, 1, 2, 4, 8, 12, 16, 32)  # 0: there is no link
ASPM = ("off", "L0s", "L1", "L0s L1")
ACS_NAMES = (
    "SrcValid",
    "TransBlk",
    "ReqRedir",
    "CmpltRedir",
    "UpstreamFwd",
    "EgressCtrl",
    "DirectTrans",
)
UNKNOWN: Dict[str, Any] = {
    "subsystem": "",
    "revision": "",
    "port_type": "",
    "speed_gts": None,
    "max_speed_gts": None,
    "width": None,
    "max_width": None,
    "mps": None,
    "mps_supported": None,
    "mrrs": None,
    "relaxed_ordering": None,
    "aspm": None,
    "acs": None,
}


class Registers:
    """Numbers of a configuration space; None where it ends before them."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def number(self, offset: int, length: int) -> Optional[int]:
        data = self._read(offset, length)
        return int.from_bytes(data, "little") if len(data) == length else None

    def is_gone(self) -> bool:
        """A device that fell off the bus answers ones to everything."""
        return self.number(0, 4) == 0xFFFFFFFF

    def capabilities(self) -> Dict[int, int]:
        """Id -> offset of the first of its kind; a list that runs in a circle ends there."""
        found: Dict[int, int] = {}
        seen = set()
        at = self.number(0x34, 1) if (self.number(0x06, 2) or 0) & 0x10 else None
        while at is not None and at & 0xFC >= 0x40 and at & 0xFC not in seen:
            at &= 0xFC
            seen.add(at)
            head = self.number(at, 2)
            if head is None or head == 0xFFFF:
                break
            found.setdefault(head & 0xFF, at)
            at = head >> 8
        return found

    def extended_capabilities(self) -> Dict[int, int]:
        found: Dict[int, int] = {}
        seen = set()
        at = 0x100
        while at >= 0x100 and at not in seen:
            seen.add(at)
            head = self.number(at, 4)
            if not head or head == 0xFFFFFFFF:
                break
            found.setdefault(head & 0xFFFF, at)
            at = (head >> 20) & 0xFFC
        return found


def decode(registers: Registers) -> Dict[str, Any]:
    """Everything of a device that is there; what its space does not tell is as in UNKNOWN."""
    capabilities = registers.capabilities()
    found = dict(UNKNOWN)
    found.update(_decode_header(registers, capabilities.get(SUBSYSTEM_BRIDGE)))
    if PCIE in capabilities:
        found.update(_decode_pcie(registers, capabilities[PCIE]))
        found["acs"] = _decode_acs(registers, registers.extended_capabilities().get(ACS))
    return found


def _decode_header(registers: Registers, bridge: Optional[int]) -> Dict[str, str]:
    """A bridge has its subsystem in a capability, and nothing in the usual place."""
    is_bridge = (registers.number(0x0E, 1) or 0) & 0x7F == 1
    at = (bridge + 4 if bridge else 0) if is_bridge else 0x2C
    maker, board = (registers.number(at, 2), registers.number(at + 2, 2)) if at else (None, None)
    revision = registers.number(0x08, 1)
    return {
        "revision": "" if revision is None else "%02x" % revision,
        "subsystem": "%04x:%04x" % (maker, board) if maker and board is not None else "",
    }


def _decode_pcie(registers: Registers, at: int) -> Dict[str, Any]:
    flags, can = registers.number(at + 2, 2), registers.number(at + 4, 4)
    control = registers.number(at + 8, 2)
    link_can, link_control = registers.number(at + 0x0C, 4), registers.number(at + 0x10, 2)
    link = registers.number(at + 0x12, 2)
    port_type = PORT_TYPES.get(_bits(flags, 4, 4), "")
    if port_type == "endpoint" and _bits(link, 4, 6) == 0:
        return {"port_type": port_type}  # a virtual function: what it has of its link is noughts
    return {
        "port_type": port_type,
        "mps_supported": _size(_bits(can, 0, 3)),
        "mps": _size(_bits(control, 5, 3)),
        "mrrs": _size(_bits(control, 12, 3)),
        "relaxed_ordering": None if control is None else bool(control & 0x10),
        "max_speed_gts": SPEEDS_GTS.get(_bits(link_can, 0, 4)),
        "max_width": _width(_bits(link_can, 4, 6)),
        "speed_gts": SPEEDS_GTS.get(_bits(link, 0, 4)),
        "width": _width(_bits(link, 4, 6)),
        "aspm": None if link_control is None else ASPM[link_control & 3],
    }


def _decode_acs(registers: Registers, at: Optional[int]) -> Optional[List[str]]:
    """Names of what is switched on; None for a device that has no such capability."""
    control = None if at is None else registers.number(at + 6, 2)
    if control is None:
        return None
    return [name for bit, name in enumerate(ACS_NAMES) if (control >> bit) & 1]


def _bits(number: Optional[int], first: int, count: int) -> int:
    """-1, which no table knows, where there is no such register."""
    return -1 if number is None else (number >> first) & ((1 << count) - 1)


def _size(code: int) -> Optional[int]:
    """Bytes; the codes 6 and 7 are reserved."""
    return 128 << code if 0 <= code <= 5 else None


def _width(lanes: int) -> Optional[int]:
    return lanes if lanes in WIDTHS else None
