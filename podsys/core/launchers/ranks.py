"""Ranks on many nodes: whichever launcher cluster.yaml names, each a file of this folder.

A launcher's module has `make_job(placement, program, limit_s)`, and OVERHEAD_S: how long a job's
command may take beyond its limit. A new launcher is one new file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from podsys.core import launchers
from podsys.errors import PodsysError


class Job(Protocol):
    """A shell command for the first node, which ends by itself.

    `why_not_begun` reads what it said to stderr: why no rank was ever started, for a reason that
    speaks against no node; "" where that is not so.
    """

    def command(self) -> str: ...

    def why_not_begun(self, said: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Placement:
    """`addresses`: one rank on each node, by name; the first is where the launcher runs.

    `env` is set for all that is started, so that it can be found. `scratch`: a folder for files
    that a launcher would leave behind when it is killed.
    """

    addresses: Mapping[str, str]
    as_root: bool
    ssh_port: int = 22
    env: Mapping[str, str] = field(default_factory=dict)
    scratch: str = ""

    @property
    def first(self) -> str:
        return next(iter(self.addresses.values()))


def make_job(launcher: str, placement: Placement, program: str, limit_s: int) -> Job:
    job: Job = _load(launcher).make_job(placement, program, limit_s)
    return job


def overhead_of(launcher: str) -> float:
    """Seconds that a job may take beyond its limit."""
    return float(_load(launcher).OVERHEAD_S)


def _load(launcher: str) -> Any:
    known = find_launchers()
    if launcher not in known:
        hint = f"accept.launcher: one of {', '.join(known)}"
        raise PodsysError(f"no launcher {launcher} is known", hint)
    return import_module(f"{launchers.__name__}.{launcher}")


def find_launchers() -> list[str]:
    names = [entry.name for entry in iter_modules(launchers.__path__)]
    return [
        name
        for name in names
        if name != "ranks" and hasattr(import_module(f"{launchers.__name__}.{name}"), "make_job")
    ]


def with_arguments(program: str, *words: str) -> str:
    """A program that is sent as text has no command line but this one."""
    return f"import sys\nsys.argv = {['podsys', *words]!r}\n{program}"
