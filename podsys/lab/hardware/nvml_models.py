"""What NVML says of every GPU of a model: nvidia/<PCI id>.yaml.

A model without a file works too: what only its file could say is then not supported.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

Value = str | int
FOLDER = Path(__file__).with_name("nvidia")


@cache
def load_model(pci_id: str) -> Mapping[str, Value]:
    """Key of the view -> value; `pci_id` is vendor and device, "10de:2330"."""
    path = FOLDER / f"{pci_id.replace(':', '-')}.yaml"
    if not path.exists():
        return {}
    model: dict[str, Value] = yaml.safe_load(path.read_text())["nvml"]
    return model
