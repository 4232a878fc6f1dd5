"""How PCI Express writes sizes, speeds and names into its registers."""

from __future__ import annotations

from collections.abc import Iterable

PORT_TYPES = {"root_port": 4, "switch_up": 5, "switch_down": 6, "bridge": 7}
SPEED_CODES = {2.5: 1, 5.0: 2, 8.0: 3, 16.0: 4, 32.0: 5, 64.0: 6}
WIDTHS = (0, 1, 2, 4, 8, 12, 16, 32)
ASPM_CODES = {"off": 0, "L0s": 1, "L1": 2, "L0s L1": 3}
ACS_NAMES = (
    "SrcValid",
    "TransBlk",
    "ReqRedir",
    "CmpltRedir",
    "UpstreamFwd",
    "EgressCtrl",
    "DirectTrans",
)


def encode_size(size: int) -> int:
    """128 to 4096 bytes as the three bits of MPS and MRRS."""
    code = size.bit_length() - 8
    if not 0 <= code <= 5 or size != 128 << code:
        raise ValueError(f"no payload or read request has {size} bytes")
    return code


def encode_speed(gts: float) -> int:
    if gts not in SPEED_CODES:
        raise ValueError(f"no PCIe link runs at {gts} GT/s")
    return SPEED_CODES[gts]


def encode_width(width: int) -> int:
    if width not in WIDTHS:
        raise ValueError(f"no PCIe link has {width} lanes")
    return width


def encode_aspm(name: str) -> int:
    if name not in ASPM_CODES:
        raise ValueError(f"ASPM is one of {', '.join(ASPM_CODES)}, not {name!r}")
    return ASPM_CODES[name]


def encode_acs(names: Iterable[str]) -> int:
    """Names of enabled bits, as lspci writes them."""
    bits = 0
    for name in names:
        if name not in ACS_NAMES:
            raise ValueError(f"ACS has no {name!r}; it has {', '.join(ACS_NAMES)}")
        bits |= 1 << ACS_NAMES.index(name)
    return bits


def pack(*fields: tuple[int, int]) -> bytes:
    """Little-endian fields, each as (value, bytes)."""
    return b"".join(value.to_bytes(size, "little") for value, size in fields)
