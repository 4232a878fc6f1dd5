"""Asks this machine's apt, or dnf, for everything that installing a set of packages takes.

Asked twice: as if the machine were bare, so that the answer serves every machine of its kind,
and as it is, because what is installed may call for another alternative. Nothing is installed.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from typing import Any, Dict, Iterator, List, Tuple

from .. import machine
from ..encode import encode
from ..kinds.apt_option import parse_dump
from ..packages import BUNDLE, has_dnf
from . import dnf_closure
from .apt_index import find_reason, parse_stanzas, write_preferences
from .package_set import LIMIT_S, Impossible, Stanza

# Name, version and architecture.
Id = Tuple[str, str, str]
LINE = re.compile(r"^'(\S+)' (\S+)_(\S+)_(\S+)\.deb \d+", re.M)
# While a bundle is in use: what apt used before, and uses again afterwards.
OWN_SOURCES = ["Dir::Etc::SourceList=/etc/apt/sources.list"]
OWN_SOURCES += ["Dir::Etc::SourceParts=/etc/apt/sources.list.d"]


def run(request: Dict[str, Any]) -> None:
    """`request`: packages, `name` or `name=version`. Prints files, proxies, time, and what dnf's
    files are signed with; or problem."""
    try:
        answer = (dnf_closure.collect if has_dnf() else collect)(request["packages"])
    except Impossible as impossible:
        answer = {"problem": impossible.facts["reason"]}
    except machine.Unreadable as error:
        answer = {"problem": str(error)}
    sys.stdout.write(encode(answer) + "\n")


def collect(packages: List[str]) -> Dict[str, Any]:
    own = OWN_SOURCES if machine.exists(BUNDLE) else []
    folder = tempfile.mkdtemp(prefix="podsys-closure-")
    try:
        bare = write_bare(folder, packages, own)
        found = ask_uris(packages, folder, own + bare)
        found.update(ask_uris(packages, folder, own))
    finally:
        shutil.rmtree(folder)
    return {"files": describe(found, own), "proxies": read_proxies(), "time": time.time()}


def write_bare(folder: str, packages: List[str], own: List[str]) -> List[str]:
    """Options for apt as on a bare machine, where kin of the pinned packages moves along."""
    pinned = [one for one in packages if "=" in one]
    stanzas = list(parse_stanzas(show(pinned, own))) if pinned else []
    for name, text in (("status", ""), ("preferences", write_preferences(stanzas))):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    return [
        "Dir::State::status=%s/status" % folder,
        "Dir::Etc::preferences=%s/preferences" % folder,
        "Dir::Etc::preferencesparts=/dev/null",
        "Dir::Cache::pkgcache=",  # what apt keeps there is of the machine as it is
    ]


def ask_uris(packages: List[str], folder: str, options: List[str]) -> Dict[Id, str]:
    """Where apt would fetch each package from; it must not find any in its own cache."""
    words = ["apt-get", "-qq", "-y", "--print-uris", "--no-install-recommends"]
    words += ["--allow-downgrades", "--allow-change-held-packages"]
    for option in options + ["Dir::Cache::archives=%s/" % folder]:
        words += ["-o", option]
    done = machine.run(words + ["install"] + packages, LIMIT_S)
    if done.code != 0:
        raise Impossible(*find_reason(done.out + done.err))
    return {
        (name, unquote(version), arch): uri for uri, name, version, arch in parse_uris(done.out)
    }


def parse_uris(text: str) -> Iterator[Tuple[str, str, str, str]]:
    """URI, name, version and architecture of lines such as
    `'http://HOST/debian/pool/main/e/ethtool/ethtool_6.1-1_amd64.deb' ethtool_1%3a6.1-1_amd64.deb
    197488 MD5Sum:...`"""
    for found in LINE.finditer(text):
        yield found.group(1), found.group(2), found.group(3), found.group(4)


def unquote(version: str) -> str:
    """A file's name cannot hold the colon of an epoch."""
    return re.sub(r"%([0-9a-fA-F]{2})", lambda found: chr(int(found.group(1), 16)), version)


def show(packages: List[str], own: List[str]) -> str:
    words = ["apt-cache"]
    for option in own:
        words += ["-o", option]
    return str(machine.run(words + ["show"] + packages, LIMIT_S).out)


def describe(found: Dict[Id, str], own: List[str]) -> List[Dict[str, Any]]:
    """Each with its paragraph of the index, which is signed, and so the hash is to be trusted."""
    known = {}  # type: Dict[Id, List[Tuple[Stanza, str]]]
    text = show(sorted("%s=%s" % (name, version) for name, version, _ in found), own)
    for block in text.split("\n\n"):
        for stanza in parse_stanzas(block):
            id_ = stanza["Package"], stanza["Version"], stanza.get("Architecture", "")
            known.setdefault(id_, []).append((stanza, block.strip("\n")))
    return [describe_one(id_, uri, known.get(id_, [])) for id_, uri in sorted(found.items())]


def describe_one(id_: Id, uri: str, known: List[Tuple[Stanza, str]]) -> Dict[str, Any]:
    for stanza, block in known:
        fits = unquote(uri).endswith("/" + stanza.get("Filename", "?").lstrip("./"))
        if "SHA256" in stanza and fits:
            return {
                "name": id_[0],
                "version": id_[1],
                "arch": id_[2],
                "uri": uri,
                "sha256": stanza["SHA256"],
                "size": int(stanza["Size"]),
                "stanza": block,
            }
    raise machine.Unreadable("apt's index has no sha256 for %s %s" % (id_[0], id_[1]))


def read_proxies() -> Dict[str, str]:
    """By scheme, as apt is configured; what it finds out by a program of its own is left out."""
    values = parse_dump(machine.run(["apt-config", "dump", "Acquire"]).out)
    named = {scheme: values.get("acquire::%s::proxy" % scheme, "") for scheme in ("http", "https")}
    return {scheme: value for scheme, value in named.items() if value}
