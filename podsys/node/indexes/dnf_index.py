"""What dnf's repositories have: packages in each version, what they bring along, why it cannot be.

NVIDIA's metapackages ask for a version "or newer", so dnf would take the newest of what they bring
along. What is of a maker's version that was chosen is held to it, in that maker's repository.
"""

import re
from typing import Any, Dict, Iterable, List, Sequence, Set, Tuple

from .. import machine
from .dnf_base import Base, translated
from .package_set import Impossible, Stanza, choose, is_of, is_telling

# Each round holds more packages to their makers' versions.
ROUNDS = 10
WANTED = re.compile(r"(?:nothing provides|requires) (\S+) [<>=]+ [^\s,]+(?: needed|, but none)")
NAMED = re.compile(r"package (\S+)-[^-\s]+-[^-\s]+|needed by (\S+)-[^-\s]+-[^-\s]+")


class Index:
    """Packages of dnf's repositories, on a bare machine; or as it is, where `fill` says so."""

    def __init__(self) -> None:
        self.dnf = Base()
        self.dnf.fill(installed=False)

    def choose(self, name: str, version: str) -> Stanza:
        try:
            return choose(name, version, [describe(one) for one in self.dnf.find(name=name)])
        except Impossible as impossible:
            hidden = self.dnf.find(excluded=True, name=name)
            if any(is_of(one.evr, version) for one in hidden):
                impossible.reason += "; it is excluded by this machine's configuration of dnf"
            elif self.dnf.lost:
                impossible.reason += "; dnf could not read %s" % ", ".join(self.dnf.lost)
            raise

    def solve(self, chosen: List[Stanza]) -> List[Stanza]:
        """Everything that dnf would install; Impossible when it cannot."""
        return [describe(one) for one in self.find_closure(chosen)]

    def find_closure(self, chosen: List[Stanza], names: Sequence[str] = ()) -> List[Any]:
        """dnf's own packages; `names` are wanted beside, in whichever version dnf takes."""
        wanted = [self._find_one(one) for one in chosen]
        builds: Dict[str, Set[str]] = {}
        for package in wanted:
            builds.setdefault(source_of(package), set()).add(package.sourcerpm)
        self._exclude(
            one
            for one in self.dnf.find()
            if one.sourcerpm not in builds.get(source_of(one), {one.sourcerpm})
        )
        for _ in range(ROUNDS):
            closure = self._install(wanted, names)
            strays = self._find_strays(closure, wanted)
            if not strays:
                return closure
            self._exclude(strays)
        raise machine.Unreadable("what dnf would install changes with each answer")

    def read_origins(self, names: List[str]) -> Dict[Tuple[str, str], str]:
        """Where each version comes from, in the words of the machine's configuration."""
        found: Dict[Tuple[str, str], str] = {}
        for package in self.dnf.find(name=names):
            found.setdefault((package.name, package.evr), describe_origin(package.repo))
        return found

    def _install(self, wanted: List[Any], names: Sequence[str]) -> List[Any]:
        base = self.dnf.base
        base.reset(goal=True)
        with translated():
            for package in wanted:
                base.package_install(package)
            for name in names:
                base.install(name)
            try:
                base.resolve()
            except self.dnf.dnf.exceptions.DepsolveError as error:
                raise Impossible(*self._explain(str(error)))
        return sorted(base.transaction.install_set)

    def _find_one(self, stanza: Stanza) -> Any:
        return self.dnf.find(name=stanza["Package"], evr=stanza["Version"])[0]

    def _find_strays(self, closure: List[Any], wanted: List[Any]) -> List[Any]:
        """Packages of other versions than the wanted one of their maker's, where it is there."""
        homes = {(one.reponame, one.version) for one in wanted if is_telling(one.version)}
        strays: List[Any] = []
        for package in closure:
            others = self.dnf.find(name=package.name)
            fits = [one for one in others if (one.reponame, one.version) in homes]
            if fits and package not in fits and package not in wanted:
                strays += [one for one in others if one not in fits]
        return strays

    def _exclude(self, packages: Iterable[Any]) -> None:
        found = list(packages)
        if found:
            sack = self.dnf.base.sack
            sack.add_excludes(sack.query().filterm(pkg=found))

    def _explain(self, said: str) -> Tuple[str, str, List[str]]:
        """Package and reason, with what dnf would rather take of what is wanted in one version."""
        reason = " ".join(said.split())
        named, wanted = NAMED.search(reason), WANTED.search(reason)
        name = (named.group(1) or named.group(2)) if named else ""
        rivals = self.dnf.find(excluded=True, name=wanted.group(1)) if wanted else []
        others = ["; %s would come as %s" % (one.name, one.evr) for one in rivals[:1]]
        return name, reason + "".join(others), []


def describe(package: Any) -> Stanza:
    """By apt's names. A hash of another kind is none that the lock could hold."""
    kind, digest = package.returnIdSum()
    if kind != "sha256":
        raise machine.Unreadable("dnf has a %s of %s, and no sha256" % (kind, package))
    return {
        "Package": package.name,
        "Version": package.evr,
        "Architecture": package.arch,
        "Source": source_of(package),
        "SHA256": digest,
        "Size": str(package.downloadsize),
    }


def source_of(package: Any) -> str:
    return str(package.source_name or package.name)


def describe_origin(repo: Any) -> str:
    """`https://HOST/path baseos`: a list of mirrors stays one, whichever answered."""
    place = repo.metalink or repo.mirrorlist or "".join(list(repo.baseurl)[:1])
    return ("%s %s" % (without_login(place), repo.id)).strip()


def without_login(url: str) -> str:
    """What this is written to is kept, and shown."""
    return re.sub(r"//[^/@]*@", "//", url)
