"""Asks this machine's dnf for everything that installing a set of packages takes, and from where.

As with apt, on a bare machine and as it is. dnf's metadata is mostly not signed, the packages are:
so the keys that this machine would take for them come along.
"""

import time
from typing import Any, Dict, Iterable, List

from .. import machine
from .dnf_index import Index, describe, without_login
from .package_set import Stanza


def collect(packages: List[str]) -> Dict[str, Any]:
    index = Index()
    closure = find_closure(index, packages)
    files = {one.pkgtup: describe_file(one) for one in closure}
    repositories = {one.repo.id: one.repo for one in closure}
    index.dnf.fill(installed=True)
    closure = find_closure(index, packages)
    files.update({one.pkgtup: describe_file(one) for one in closure})
    repositories.update({one.repo.id: one.repo for one in closure})
    return {
        "files": [file for _, file in sorted(files.items())],
        "proxies": read_proxies(repositories.values()),
        "time": time.time(),
        **read_keys(repositories.values()),
    }


def find_closure(index: Index, packages: List[str]) -> List[Any]:
    names: List[str] = []
    pinned: List[Stanza] = []
    for name, _, version in (one.partition("=") for one in packages):
        if version:
            pinned.append(index.choose(name, version))
        else:
            names.append(name)
    return index.find_closure(pinned, names)


def describe_file(package: Any) -> Dict[str, Any]:
    stanza = describe(package)
    return {
        "form": "rpm",
        "name": stanza["Package"],
        "version": stanza["Version"],
        "arch": stanza["Architecture"],
        "uri": without_login(package.remote_location() or ""),
        "sha256": stanza["SHA256"],
        "size": int(stanza["Size"]),
        "rpm_signed": bool(package.repo.gpgcheck),
    }


def read_proxies(repositories: Iterable[Any]) -> Dict[str, str]:
    """The first that one of them goes through; the configuration's own is in each of them."""
    for proxy in (str(one.proxy or "") for one in repositories):
        if proxy and proxy != "_none_":
            return {"http": proxy, "https": proxy}
    return {}


def read_keys(repositories: Iterable[Any]) -> Dict[str, List[str]]:
    """Those that rpm has, and those that dnf would take for these repositories."""
    named = {url for one in repositories if one.gpgcheck for url in one.gpgkey}
    local = [url[len("file://") :] for url in sorted(named) if url.startswith("file://")]
    texts = [machine.read_text(path) or "" for path in local]
    known = machine.run(["rpm", "-q", "gpg-pubkey", "--qf", "%{DESCRIPTION}\n"])
    urls = [url for url in sorted(named) if not url.startswith("file://")]
    return {"keys": texts + ([known.out] if known.code == 0 else []), "key_urls": urls}
