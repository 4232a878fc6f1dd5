"""Makers of accelerators: one file each, named by the maker's PCI id, so that nothing lists them.

It has NAME, the maker's word in facts, and `read(devices)`: what its own driver says of these
devices of podsys/node/pci.py, in the fields of BLANK. A new maker is one new file.
"""

from typing import Any, Dict

from ..loading import load_module

# Whoever sent the probe took this machine for one without GPUs.
NO_LIBRARY = "the probe came without the library that asks the driver"
# Where the maker's driver says nothing, its fields stay so.
BLANK: Dict[str, Any] = {
    "vendor": "",
    "count": 0,
    "nvml_error": "",
    "library_version": "",
    "module_version": "",
    "module_loaded": False,
    "cuda_version": "",
    "gpus": [],
}
BLANK_GPU: Dict[str, Any] = {
    "index": None,
    "bdf": "",
    "uuid": "",
    "serial": "",
    "name": "",
    "pci_id": "",
    "vbios": "",
    "memory_mib": None,
    "error": "",
    "persistence": None,
    "compute_mode": "",
    "mig": None,
    "ecc_mode": None,
    "ecc": None,
    "ecc_total": None,
    "remapped": None,
    "clocks": None,
    "locked_sm": None,
    "throttle": None,
    "power_w": None,
    "power_limit_w": None,
    "power_default_w": None,
    "temperature_c": None,
    "utilisation_pct": None,
    "pcie_gen": None,
    "pcie_max_gen": None,
    "pcie_width": None,
    "pcie_max_width": None,
    "pcie_replays": None,
    "nvlinks": None,
    "fabric": None,
    "processes": None,
}


def find_maker(vendor: str) -> Any:
    """The module that reads devices of this PCI vendor, such as 10de; None for all others."""
    try:
        return load_module(__name__, "pci_" + vendor)
    except ImportError:
        return None
