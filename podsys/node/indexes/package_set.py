"""A set of packages that moves as one: what both package managers are asked, and how they answer.

A package is its paragraph of the index, by apt's names of the fields, whichever manager knows it.
"""

import re
from typing import Any, Dict, List, Optional

Stanza = Dict[str, str]
# The packages of each component, by name.
Chosen = Dict[str, Dict[str, Stanza]]
LIMIT_S = 120.0


class Impossible(Exception):
    """What cannot be had: `package`, `reason`, and the versions that are `there`."""

    def __init__(self, package: str, reason: str, there: List[str]) -> None:
        super().__init__(reason)
        self.package, self.reason, self.there = package, reason, there

    @property
    def facts(self) -> Dict[str, Any]:
        return {"package": self.package, "reason": self.reason, "there": self.there}


def choose(name: str, version: str, there: List[Stanza]) -> Stanza:
    """The first of those that are `there` in this version; Impossible without one."""
    for stanza in there:
        if is_of(stanza["Version"], version):
            return stanza
    reason = "no %s %s in this machine's package index" % (name, version)
    raise Impossible(name, reason, [stanza["Version"] for stanza in there])


def is_of(version: str, wanted: str) -> bool:
    """The whole version, or the maker's part of it, without the epoch; or one of a series such as
    `13.0.*`."""
    whole = re.sub(r"^\d+:", "", version)
    wanted = re.sub(r"^\d+:", "", wanted)
    if wanted.endswith(".*"):
        return makers_part(version).startswith(wanted[:-1])
    return wanted in (whole, makers_part(version))


def makers_part(version: str) -> str:
    whole = re.sub(r"^\d+:", "", version)
    return whole.rpartition("-")[0] or whole


def is_telling(version: str) -> bool:
    """Whether it is of one maker alone: `535.261.03`, but not `1.2`."""
    return version.count(".") > 1


def source_of(stanza: Stanza) -> str:
    """`Source: linux-signed-amd64 (6.1.192+2)` -> linux-signed-amd64"""
    return stanza.get("Source", stanza["Package"]).split(" ")[0]


def add_kin(chosen: Chosen, closure: List[Stanza]) -> None:
    """What comes along and has the same source, or the same maker's version, moves along too."""
    named = {name for part in chosen.values() for name in part}
    for stanza in closure:
        if stanza["Package"] not in named:
            kin = find_kin(stanza, chosen)
            if kin is not None:
                chosen[kin][stanza["Package"]] = stanza


def find_kin(stanza: Stanza, chosen: Chosen) -> Optional[str]:
    version = makers_part(stanza["Version"])
    for component, part in chosen.items():
        for other in part.values():
            same_version = makers_part(other["Version"]) == version and is_telling(version)
            if source_of(other) == source_of(stanza) or same_version:
                return component
    return None


def describe(stanza: Stanza, origin: str) -> Dict[str, Any]:
    return {
        "name": stanza["Package"],
        "version": stanza["Version"],
        "arch": stanza["Architecture"],
        "source": source_of(stanza),
        "origin": origin,
        "sha256": stanza["SHA256"],
        "size": int(stanza["Size"]),
    }
