"""What the numbers were measured on and with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.site import HERE

PEERS = {"pyinfra": "pyinfra", "ClusterShell": "clush"}


def describe_machine() -> dict[str, str]:
    cpu = _find(r"model name\s*: (.+)", "/proc/cpuinfo")
    memory = int(_find(r"MemTotal:\s+(\d+)", "/proc/meminfo") or 0) / 2**20
    return {
        "processor": f"{os.cpu_count()} x {cpu or platform.machine()}",
        "memory": f"{memory:.0f} GiB",
        "kernel": platform.release(),
        "podsys": _describe_checkout(),
        "Python": platform.python_version(),
        **{
            name: found for name in ("ansible-core", "mitogen", "paramiko") if (found := _own(name))
        },
        **{name: _peer(name, folder) for name, folder in PEERS.items()},
    }


def _find(pattern: str, path: str) -> str:
    found = re.search(pattern, Path(path).read_text())
    return found.group(1) if found else ""


def _describe_checkout() -> str:
    """The commit, with a word where files differ from it."""
    words = ["git", "-C", str(HERE), "describe", "--always", "--dirty=, with local changes"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return f"{_own('podsys')} ({done.stdout.strip() or 'no git'})"


def _own(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _peer(name: str, folder: str) -> str:
    program = f"from importlib.metadata import version; print(version({name!r}))"
    words = [str(HERE / f".venv-{folder}/bin/python"), "-c", program]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
