"""Sections of the probe: one file each with `read()`, which gives a mapping of facts.

A new section is one new file here. Each runs alone, under its own time limit.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Dict, List


def find_sections() -> List[str]:
    return sorted(module.name for module in iter_modules(__path__))


def read_section(name: str) -> Dict[str, Any]:
    facts = import_module("." + name, __name__).read()
    return dict(facts)
