"""The example clusters of inventories/, read the way podsys reads a workspace."""

from __future__ import annotations

from pathlib import Path

import yaml

from podsys.commands.common import load_catalog
from podsys.commands.rendering import Rendering, render_cluster
from podsys.core.spec import parse_spec
from podsys.model.facts import NodeFacts, Section
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
    spec, facts = read_spec(example), read_facts(example)
    return render_cluster(spec, catalog.settings, catalog.baselines, facts, known_hosts)
