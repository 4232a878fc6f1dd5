"""paramiko, loaded once and without a library that nobody here calls.

For `Match exec` in OpenSSH's configuration, which podsys leaves to OpenSSH itself, paramiko loads
invoke, and that takes half of paramiko's time. It does without where there is none.
"""

from __future__ import annotations

import sys
from typing import Any

UNUSED = "invoke"


def load_paramiko() -> None:
    """Before threads would: they would wait for one another."""
    if "paramiko" in sys.modules or UNUSED in sys.modules:
        return
    modules: dict[str, Any] = sys.modules
    modules[UNUSED] = None  # the import system's word for: there is none
    try:
        import paramiko  # noqa: F401 - to be loaded
    finally:
        del modules[UNUSED]
