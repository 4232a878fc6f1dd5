"""Asks this machine's package index which files make up a set of packages, and why it cannot be.

Nothing is installed, and what is installed has no say: the package manager is asked as if the
machine were bare, so that equal machines answer alike whatever was done to them before.
"""

import sys
from typing import Any, Dict, List

from .. import machine
from ..encode import encode
from ..packages import has_dnf
from . import apt_index, dnf_index
from .package_set import Chosen, Impossible, add_kin, describe


def run(request: Dict[str, Any]) -> None:
    """`request`: components, name -> version and packages.

    Prints components, name -> packages; or problem.
    """
    try:
        answer = {"components": resolve(request["components"])}  # type: Dict[str, Any]
    except Impossible as impossible:
        answer = {"problem": impossible.facts}
    except machine.Unreadable as error:
        answer = {"problem": {"package": "", "reason": str(error), "there": []}}
    sys.stdout.write(encode(answer) + "\n")


def resolve(components: Dict[str, Any]) -> Dict[str, List[Dict[str, Any]]]:
    names = [name for part in components.values() for name in part["packages"]]
    index = open_index(names)
    chosen: Chosen = {}
    for component, part in components.items():
        chosen[component] = {n: index.choose(n, part["version"]) for n in part["packages"]}
    add_kin(chosen, index.solve([one for part in chosen.values() for one in part.values()]))
    origins = index.read_origins(sorted({name for part in chosen.values() for name in part}))
    return {
        component: [
            describe(one, origins.get((one["Package"], one["Version"]), ""))
            for _, one in sorted(part.items())
        ]
        for component, part in chosen.items()
    }


def open_index(names: List[str]) -> Any:
    """An index can `choose` a package in a version, `solve` what a set of them brings along, and
    `read_origins` of names."""
    return dnf_index.Index() if has_dnf() else apt_index.Index(names)
