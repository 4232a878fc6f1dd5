"""Modules loaded by name; importlib's own way to it is a package that takes its time to load."""

import sys
from typing import Any


def load_module(package: str, name: str) -> Any:
    """ImportError when there is none."""
    full = "%s.%s" % (package, name)
    __import__(full)
    return sys.modules[full]
