"""The example clusters of inventories/, read the way podsys reads a workspace."""

from __future__ import annotations

from pathlib import Path

import yaml

from podsys.commands.common import load_catalog
from podsys.commands.release_book import load_releases
from podsys.commands.rendering import Rendering, render_cluster
from podsys.core.locked import locked_nodes, parse_lock
from podsys.core.spec import parse_spec
from podsys.model.facts import NodeFacts, Section
from podsys.model.lock import LockedRelease
from podsys.model.nodeset import expand
from podsys.model.spec import ClusterSpec

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(folder.name for folder in (ROOT / "inventories").iterdir() if folder.is_dir())


def read_spec(example: str) -> ClusterSpec:
    text = (ROOT / "inventories" / example / "cluster.yaml").read_text()
    spec, problems = parse_spec(text, settings=load_catalog().settings)
    assert spec, problems
    return spec


def read_facts(example: str) -> dict[str, NodeFacts]:
    """facts.yaml holds sections by host range."""
    found = yaml.safe_load((ROOT / "inventories" / example / "facts.yaml").read_text())
    return {
        name: NodeFacts(name, sections={key: Section("ok", data) for key, data in parts.items()})
        for names, parts in found.items()
        for name in expand(names)
    }


def render_example(example: str) -> Rendering:
    catalog = load_catalog()
    known_hosts = (ROOT / "inventories" / example / "known_hosts").read_text()
    spec, facts, locked = read_spec(example), read_facts(example), read_locked(example)
    return render_cluster(spec, catalog.settings, catalog.baselines, facts, known_hosts, locked)


def read_locked(example: str) -> dict[str, LockedRelease]:
    """Nothing for an example without a lock."""
    file = ROOT / "inventories" / example / "podsys.lock"
    if not file.exists():
        return {}
    lock, problems = parse_lock(file.read_text(), file.name, load_releases())
    assert lock, problems
    return locked_nodes(lock.releases)
