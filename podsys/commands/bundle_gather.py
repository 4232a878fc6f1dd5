"""What belongs into a bundle: nodes' package managers asked, releases read."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from podsys.commands.common import Cluster, load_facts
from podsys.commands.desired import render
from podsys.commands.release_book import load_lock, load_releases
from podsys.core.bundle import (
    Kind,
    find_kinds,
    key_downloads,
    package_downloads,
    release_downloads,
    system_of,
    write_indexes,
)
from podsys.effects.closure import Closure, NoAnswerError, ask_closure
from podsys.effects.rpms import refuse_without_tools
from podsys.effects.ssh import Fleet
from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import Download, IndexFile, LeftOut
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold
from podsys.model.spec import ClusterSpec
from podsys.view.progress import Progress

# Of one kind: the first that answers speaks for all.
TRIES = 3
AT_ONCE = 16
CLOCK_OFF_S = 86400.0
DIRECT = "DIRECT"


@dataclass(slots=True)
class Contents:
    """`files` of each system, as its nodes' package managers named them; `proxies` by scheme;
    armored `keys` of each system that has rpms."""

    files: dict[str, dict[tuple[str, str, str], IndexFile]] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    others: list[Download] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    proxies: dict[str, str] = field(default_factory=dict)

    @property
    def downloads(self) -> list[Download]:
        packages = [
            one
            for system, files in self.files.items()
            for one in package_downloads(system, files.values())
        ]
        return [*packages, *self.others]

    def indexes(self) -> dict[str, dict[str, str]]:
        """System -> path -> text, for apt; dnf's are made from the files themselves."""
        return {
            name: write_indexes(name, list(files.values()))
            for name, files in self.files.items()
            if name not in self.keys
        }


def gather_contents(cluster: Cluster, watch: Progress, proxy: str | None) -> Contents:
    """Asks one node of each kind; changes none. `proxy` instead of the one that nodes use."""
    spec = without_own_packages(cluster.spec)
    facts = load_facts(cluster.workspace)
    rendering = render(cluster.workspace, spec, cluster.catalog, facts)
    _refuse_others(rendering.layout.families, spec.nodes, facts, watch)
    seen = {n: wanted for n, wanted in rendering.wanted.items() if n in facts}
    kinds = find_kinds(seen, facts, rendering.layout.families, rendering.layout.builds)
    if any(kind.family == "rhel" for kind in kinds):
        refuse_without_tools()
    contents = Contents()
    watch.stage("ask a node of each kind what it needs", total=len(kinds))
    with cluster.connect() as fleet, ThreadPoolExecutor(AT_ONCE) as pool:
        for kind, (node, closure) in zip(
            kinds, pool.map(lambda kind: _ask(fleet, kind), kinds), strict=True
        ):
            refuse_clock(node, closure.time)
            _add(contents, kind, closure)
            watch.node(node)
    lock = load_lock(cluster.workspace)
    if lock and lock.releases:
        book = load_releases(cluster.workspace.root)
        others, contents.left_out = release_downloads(lock.releases, book)
        contents.others += others
    contents.proxies = choose_proxies(contents.proxies, proxy)
    return contents


def without_own_packages(spec: ClusterSpec) -> ClusterSpec:
    """As nodes would want it of archives: modules that podsys builds come as their sources."""
    packages = spec.packages.model_copy(update={"modules": "dkms"})
    return spec.model_copy(update={"bundle": None, "packages": packages})


def _refuse_others(
    families: Mapping[str, str],
    nodes: Iterable[str],
    facts: Mapping[str, NodeFacts],
    watch: Progress,
) -> None:
    unseen = [node for node in nodes if node not in facts]
    if not facts:
        raise PodsysError(
            "no node has been seen yet, so nobody knows what they need", "podsys init"
        )
    if unseen:
        watch.say(f"{fold(unseen)}: never seen, so the bundle is made without their wishes")
    others = [n for n in facts if n not in families or not system_of(facts[n])]
    if others:
        raise PodsysError(
            f"{fold(others)}: podsys bundle asks apt or dnf, and their system is not known",
            "podsys init looks again; or make the bundle in a workspace without them",
        )


def _ask(fleet: Fleet, kind: Kind) -> tuple[str, Closure]:
    """Any other error is about all of its kind."""
    failure: PodsysError | None = None
    for node in kind.nodes[:TRIES]:
        try:
            return node, ask_closure(fleet, node, kind.packages)
        except NoAnswerError as error:
            failure = error
    assert failure is not None
    raise failure


def refuse_clock(node: str, there: float) -> None:
    """Dates that the bundle carries are judged by the nodes' clocks."""
    here = time.time()
    if abs(there - here) > CLOCK_OFF_S:
        form = "%Y-%m-%d %H:%M UTC"
        said = time.strftime(form, time.gmtime(there)), time.strftime(form, time.gmtime(here))
        message = f"the clock of {node} says {said[0]}, this machine's {said[1]}"
        raise PodsysError(message, "set the one that is wrong", ExitCode.FAILED)


def _add(contents: Contents, kind: Kind, closure: Closure) -> None:
    known = contents.files.setdefault(kind.system, {})
    for file in closure.files:
        known.setdefault((file.name, file.version, file.arch), file)
    contents.proxies |= closure.proxies
    if kind.family == "rhel":
        contents.keys.setdefault(kind.system, set()).update(closure.keys)
        keys = key_downloads(kind.system, closure.key_urls)
        contents.others += [one for one in keys if one not in contents.others]


def choose_proxies(of_nodes: Mapping[str, str], named: str | None) -> dict[str, str]:
    """What --proxy says, else what the nodes' apt uses, else what the environment says."""
    if named:
        found = {"http": named, "https": named}
    else:
        found = dict(of_nodes) or urllib.request.getproxies()
    return {scheme: url for scheme, url in found.items() if url.upper() != DIRECT}
