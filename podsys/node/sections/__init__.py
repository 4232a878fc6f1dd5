"""Sections of the probe: one file each with `read()`, which gives a mapping of facts.

A new section is one new file here. Each runs alone, under its own time limit. Arguments of
`read`, which all have a default, are params: a request may give them by name.
"""

from typing import Any, Dict, List, Mapping, Optional

from ..loading import load_module


def find_sections() -> List[str]:
    from pkgutil import iter_modules  # the probe is told their names: this import is a slow one

    return sorted(module.name for module in iter_modules(__path__))


def load_section(name: str) -> Any:
    return load_module(__name__, name)


def read_section(name: str, params: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
    return dict(load_section(name).read(**(params or {})))
