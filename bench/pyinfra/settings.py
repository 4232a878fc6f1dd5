"""The settings of the catalog with pyinfra: one function for each kind.

Written to be fast: one fact for all items of a kind, one drop-in for all that is saved, and
operations for live values only where a value differs.
"""

from __future__ import annotations

import kernel
import system
from node_facts import FileTexts, Units
from pyinfra import host
from tree import Data

APPLY = {
    "sysctl": kernel.apply_sysctl,
    "sysfs": kernel.apply_sysfs,
    "kernel_argument": kernel.apply_kernel_argument,
    "limit": kernel.apply_limit,
    "swap": kernel.apply_swap,
    "module": kernel.apply_module,
    "config_option": system.apply_config_option,
    "nsswitch": system.apply_nsswitch,
    "unit_option": system.apply_unit_option,
    "service": system.apply_service,
    "timezone": system.apply_timezone,
    "apt_option": system.apply_apt_option,
    "mount": system.apply_mount,
    "dropin": system.apply_dropin,
    "package_hold": system.apply_package_hold,
}


def apply_settings(settings: list[Data]) -> None:
    kinds: dict[str, list[Data]] = {}
    for item in settings:
        kinds.setdefault(item["kind"], []).append(item)
    patterns = [item["key"] for item in kinds.get("sysfs", [])]
    texts = host.get_fact(FileTexts, patterns=[*patterns, *kernel.ALWAYS])
    units = [item["key"].partition(":")[0] for item in settings if item["kind"] == "unit_option"]
    units += [item["key"] for item in kinds.get("service", [])]
    known = host.get_fact(Units, units=units) if units else {}
    for kind, items in kinds.items():
        APPLY[kind](items, texts, known)
