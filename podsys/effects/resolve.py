"""Packages of a release as a node's own package index has them: one question, one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from podsys.effects.program import ON_DEMAND, PYTHON, as_command, pack_program
from podsys.effects.ssh import Fleet
from podsys.errors import ExitCode, PodsysError
from podsys.model.lock import LockedPackage

LIMIT_S = 180.0
Wanted = Mapping[str, tuple[str, tuple[str, ...]]]


class ImpossibleSetError(PodsysError):
    """The node's package manager cannot install this set; the message has its reason."""


def resolve_packages(
    fleet: Fleet, node: str, components: Wanted
) -> dict[str, tuple[LockedPackage, ...]]:
    """`components`: name -> version and packages. Asks `node`, which is not changed."""
    asked = {
        name: {"version": version, "packages": list(packages)}
        for name, (version, packages) in components.items()
    }
    program = pack_program(folders=ON_DEMAND).ask({"components": asked}, "indexes.resolve")
    outcome = fleet.run(node, as_command(f"exec {fleet.as_root}{PYTHON}"), LIMIT_S, program)
    if not outcome.ok:
        said = outcome.error or outcome.stderr.decode(errors="replace").strip()
        raise PodsysError(
            f"{node} cannot say which packages it would install: {said}",
            "log in there: does its package manager work? apt-get update, or dnf makecache",
            ExitCode.UNKNOWN,
        )
    return _read(node, outcome.stdout)


def _read(node: str, answer: bytes) -> dict[str, tuple[LockedPackage, ...]]:
    try:
        found = json.loads(answer)
        if problem := found.get("problem"):
            raise _impossible(node, problem)
        return {
            name: tuple(LockedPackage.model_validate(package) for package in packages)
            for name, packages in found["components"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{node}: its answer about packages cannot be read: {error}"
        raise PodsysError(message, "run podsys init again", ExitCode.UNKNOWN) from error


def _impossible(node: str, problem: Mapping[str, Any]) -> ImpossibleSetError:
    if there := problem["there"]:
        hint = f"it has {', '.join(there)}: choose a release of that, or use a bundle"
    elif problem["package"] and "no " + problem["package"] in problem["reason"]:
        hint = "add the release's origins to the node's sources: apt-get update, dnf makecache"
    else:
        hint = "choose another release; this set cannot be installed together"
    return ImpossibleSetError(f"{node}: {problem['reason']}", hint)
