"""Goes over to a python3 that has PyTorch: in a folder that was named, in its `bin`, or in PATH."""

import os
import subprocess
import sys
from pathlib import Path

ABSENT = 127
PROBE = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"


def become(folders, *words):
    """`words`: what that python3 runs, where `PYTHON` stands for its own path."""
    python = find_torch([*folders, *os.environ.get("PATH", "").split(":")])
    if not python:
        sys.stderr.write("not installed: PyTorch, in a python3 of PATH or of accept.tools\n")
        sys.exit(ABSENT)
    said = [python if word == "PYTHON" else word for word in words]
    os.execv(python, [python, *said])  # noqa: S606 - in place of this one, no shell


def find_torch(folders):
    for folder in filter(None, folders):
        for place in ("python3", "bin/python3"):
            python = str(Path(folder) / place)
            if os.access(python, os.X_OK) and has_torch(python):
                return python
    return ""


def has_torch(python):
    words = [python, "-c", PROBE]
    return subprocess.run(words, stderr=subprocess.DEVNULL, check=False).returncode == 0
