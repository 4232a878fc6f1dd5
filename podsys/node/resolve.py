"""Asks this machine's package index which files make up a set of packages, and why it cannot be.

Nothing is installed, and what is installed has no say: apt is asked as if the machine were bare,
so that equal machines answer alike whatever was done to them before.
"""

import os
import re
import shutil
import sys
import tempfile
from typing import Any, Dict, Iterator, List, Optional, Tuple

from . import machine
from .encode import encode

Stanza = Dict[str, str]
LIMIT_S = 120.0


class Impossible(Exception):
    """What cannot be had: `package`, `reason`, and the versions that are `there`."""

    def __init__(self, package: str, reason: str, there: List[str]) -> None:
        super().__init__(reason)
        self.facts = {"package": package, "reason": reason, "there": there}


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
    index = Index(names)
    chosen = {}  # type: Dict[str, Dict[str, Stanza]]
    for component, part in components.items():
        chosen[component] = {n: index.choose(n, part["version"]) for n in part["packages"]}
    index.learn(simulate([one for part in chosen.values() for one in part.values()]))
    add_kin(chosen, components, index)
    origins = read_origins(sorted({name for part in chosen.values() for name in part}))
    return {
        component: [describe(part[name], origins) for name in sorted(part)]
        for component, part in chosen.items()
    }


class Index:
    """Stanzas of apt's index by package name; `closure` is what apt would install."""

    def __init__(self, names: List[str]) -> None:
        self.arch = machine.ask(["dpkg", "--print-architecture"]).strip()
        self.closure = []  # type: List[Stanza]
        self.known = self._read(names)

    def choose(self, name: str, version: str) -> Stanza:
        there = self.known.get(name, [])
        for stanza in there:
            if is_of(stanza["Version"], version):
                return stanza
        reason = "no %s %s in this machine's package index" % (name, version)
        raise Impossible(name, reason, [stanza["Version"] for stanza in there])

    def learn(self, closure: List[Tuple[str, str]]) -> None:
        found = self._read([name for name, _ in closure])
        for name, version in closure:
            fits = [one for one in found.get(name, []) if one["Version"] == version]
            self.closure += fits[:1]

    def _read(self, names: List[str]) -> Dict[str, List[Stanza]]:
        """Newest first, as apt prints them."""
        found = {}  # type: Dict[str, List[Stanza]]
        if names:
            # It fails for a name that is not there, and prints all the others.
            text = machine.run(["apt-cache", "show"] + sorted(set(names)), LIMIT_S).out
            for stanza in parse_stanzas(text):
                if stanza.get("Architecture") in (self.arch, "all") and "SHA256" in stanza:
                    found.setdefault(stanza["Package"], []).append(stanza)
        return found


def parse_stanzas(text: str) -> Iterator[Stanza]:
    """Fields of one line each; what goes on over several lines is of no interest here."""
    for block in text.split("\n\n"):
        lines = [line.partition(": ") for line in block.splitlines() if line[:1] not in ("", " ")]
        stanza = {name: value for name, _, value in lines}
        if "Package" in stanza and "Version" in stanza:
            yield stanza


def is_of(version: str, wanted: str) -> bool:
    """The whole version, or the maker's part of it, without the epoch."""
    whole = re.sub(r"^\d+:", "", version)
    return re.sub(r"^\d+:", "", wanted) in (whole, makers_part(version))


def makers_part(version: str) -> str:
    whole = re.sub(r"^\d+:", "", version)
    return whole.rpartition("-")[0] or whole


def source_of(stanza: Stanza) -> str:
    """`Source: linux-signed-amd64 (6.1.192+2)` -> linux-signed-amd64"""
    return stanza.get("Source", stanza["Package"]).split(" ")[0]


def simulate(chosen: List[Stanza]) -> List[Tuple[str, str]]:
    """Names and versions of everything that apt would install; Impossible when it cannot."""
    folder = tempfile.mkdtemp(prefix="podsys-resolve-")
    try:
        for name, text in (("status", ""), ("preferences", write_preferences(chosen))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        options = {
            "Dir::State::status": folder + "/status",
            "Dir::Etc::preferences": folder + "/preferences",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Install-Recommends": "false",
        }
        words = ["apt-get", "-qs", "install"]
        for name, value in sorted(options.items()):
            words += ["-o", "%s=%s" % (name, value)]
        pins = ["%s=%s" % (one["Package"], one["Version"]) for one in chosen]
        done = machine.run(words + pins, LIMIT_S)
    finally:
        shutil.rmtree(folder)
    if done.code != 0:
        raise Impossible(*find_reason(done.out + done.err))
    return re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+) ", done.out, re.M)


def write_preferences(chosen: List[Stanza]) -> str:
    """What is built from the same source goes along in the same version, older or newer."""
    pins = {source_of(one): makers_part(one["Version"]) for one in chosen}
    form = "Package: src:%s\nPin: version %s*\nPin-Priority: 1001\n"
    return "\n".join(form % pin for pin in sorted(pins.items()))


def find_reason(said: str) -> Tuple[str, str, List[str]]:
    """The first package with unmet dependencies, and all lines about it in one."""
    block = said.partition("unmet dependencies:")[2].partition("\nE: ")[0]
    lines = [line for line in block.splitlines() if line.strip()]
    if not lines:
        errors = [line[3:] for line in said.splitlines() if line.startswith("E: ")]
        return "", "; ".join(errors) or "apt said nothing", []
    reason = re.sub(r"\s+", " ", " ".join(lines)).strip()
    return lines[0].split()[0], reason + find_rival(reason), []


def find_rival(reason: str) -> str:
    """What apt would rather take of a package that is wanted in one version."""
    wanted = re.search(r"Depends: (\S+) \(= (\S+)\)", reason)
    shown = machine.run(["apt-cache", "show", "--no-all-versions", wanted[1]]).out if wanted else ""
    for stanza in parse_stanzas(shown):
        if wanted and not is_of(stanza["Version"], wanted[2]):
            return "; %s would come as %s" % (stanza["Package"], stanza["Version"])
    return ""


def add_kin(chosen: Dict[str, Dict[str, Stanza]], components: Dict[str, Any], index: Index) -> None:
    """What comes along and has the same source, or the same maker's version, moves along too."""
    named = {name for part in chosen.values() for name in part}
    for stanza in index.closure:
        if stanza["Package"] not in named:
            kin = find_kin(stanza, chosen)
            if kin is not None:
                chosen[kin][stanza["Package"]] = stanza


def find_kin(stanza: Stanza, chosen: Dict[str, Dict[str, Stanza]]) -> Optional[str]:
    version = makers_part(stanza["Version"])
    for component, part in chosen.items():
        for other in part.values():
            same_version = makers_part(other["Version"]) == version and version.count(".") > 1
            if source_of(other) == source_of(stanza) or same_version:
                return component
    return None


def read_origins(names: List[str]) -> Dict[Tuple[str, str], str]:
    """From lines such as `nvidia-smi | 535.261.03-1 | http://HOST/debian bookworm/non-free ...`"""
    origins = {}  # type: Dict[Tuple[str, str], str]
    for line in machine.run(["apt-cache", "madison"] + names, LIMIT_S).out.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) == 3:
            origins.setdefault((parts[0], parts[1]), " ".join(parts[2].split()[:2]))
    return origins


def describe(stanza: Stanza, origins: Dict[Tuple[str, str], str]) -> Dict[str, Any]:
    return {
        "name": stanza["Package"],
        "version": stanza["Version"],
        "arch": stanza["Architecture"],
        "source": source_of(stanza),
        "origin": origins.get((stanza["Package"], stanza["Version"]), ""),
        "sha256": stanza["SHA256"],
        "size": int(stanza["Size"]),
    }
