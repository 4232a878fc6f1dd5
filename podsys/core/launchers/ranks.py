"""Ranks on many nodes: whichever launcher cluster.yaml names, each a file of this folder.

A launcher's module has `make_job(placement, program, limit_s)`. A new launcher is one new file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from podsys.core import launchers
from podsys.errors import PodsysError


class Job(Protocol):
    """A shell command for the first node, which ends by itself."""

    def command(self) -> str: ...


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
    known = find_launchers()
    if launcher not in known:
        hint = f"accept.launcher: one of {', '.join(known)}"
        raise PodsysError(f"no launcher {launcher} is known", hint)
    module = import_module(f"{launchers.__name__}.{launcher}")
    job: Job = module.make_job(placement, program, limit_s)
    return job


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
