"""What the firmware says of the machine: its model, its BIOS, and the memory plugged in."""

from typing import Any, Dict

from .. import machine
from ..dmi import read_dmi
from ..smbios import find_dimms

TABLE = "/sys/firmware/dmi/tables/DMI"
FILES = {
    "vendor": "sys_vendor",
    "product": "product_name",
    "serial": "product_serial",
    "board": "board_name",
    "bios_vendor": "bios_vendor",
    "bios_version": "bios_version",
    "bios_date": "bios_date",
}


def read() -> Dict[str, Any]:
    facts: Dict[str, Any] = {name: read_dmi(file) for name, file in FILES.items()}
    facts.update(_read_memory())
    return facts


def _read_memory() -> Dict[str, Any]:
    """A damaged table costs the memory slots only: the names stand in files of their own."""
    try:
        table = machine.read_bytes(TABLE)
        if table is None:
            raise machine.Unreadable("%s is missing" % TABLE)
        dimms = find_dimms(table)
    except machine.Unreadable as error:
        return {"dimms": None, "dimm_slots": None, "dimm_count": None, "dimms_error": str(error)}
    count = sum(bool(dimm["size_mib"]) for dimm in dimms)
    return {"dimms": dimms, "dimm_slots": len(dimms), "dimm_count": count, "dimms_error": ""}
