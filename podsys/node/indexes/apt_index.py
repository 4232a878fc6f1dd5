"""What apt's index has: packages in each version, what they bring along, and why it cannot be."""

import os
import re
import shutil
import tempfile
from typing import Dict, Iterator, List, Tuple

from .. import machine
from .package_set import LIMIT_S, Impossible, Stanza, choose, is_of, makers_part, source_of


class Index:
    """Stanzas of apt's index by package name."""

    def __init__(self, names: List[str]) -> None:
        self.arch = machine.ask(["dpkg", "--print-architecture"]).strip()
        self.known = self._read(names)

    def choose(self, name: str, version: str) -> Stanza:
        return choose(name, version, self.known.get(name, []))

    def solve(self, chosen: List[Stanza]) -> List[Stanza]:
        """Everything that apt would install; Impossible when it cannot."""
        closure = simulate(chosen)
        found = self._read([name for name, _ in closure])
        fits = []  # type: List[Stanza]
        for name, version in closure:
            fits += [one for one in found.get(name, []) if one["Version"] == version][:1]
        return fits

    def read_origins(self, names: List[str]) -> Dict[Tuple[str, str], str]:
        """From lines such as
        `nvidia-smi | 535.261.03-1 | http://HOST/debian bookworm/non-free ...`"""
        origins = {}  # type: Dict[Tuple[str, str], str]
        for line in machine.run(["apt-cache", "madison"] + names, LIMIT_S).out.splitlines():
            parts = [part.strip() for part in line.split("|")]
            if len(parts) == 3:
                origins.setdefault((parts[0], parts[1]), " ".join(parts[2].split()[:2]))
        return origins

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
