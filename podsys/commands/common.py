"""What every command does first: open the workspace, read its files, reach its nodes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from podsys.commands.faults import fault_ids, platform_ids
from podsys.commands.release_book import load_lock, release_names
from podsys.core.catalog import parse_baselines, parse_settings
from podsys.core.spec import parse_spec, with_key_path
from podsys.effects.catalog import (
    read_baselines_texts,
    read_faults_texts,
    read_peaks_texts,
    read_platforms_texts,
    read_release_texts,
    read_settings_texts,
)
from podsys.effects.ssh import Fleet
from podsys.effects.ssh.routes import settle
from podsys.effects.workspace import Workspace, open_workspace, read_text, write_atomically
from podsys.model.baseline import Baseline
from podsys.model.facts import NodeFacts, Section
from podsys.model.problem import InputProblemsError, Problem, raise_problems
from podsys.model.setting import Setting
from podsys.model.spec import ClusterSpec


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything podsys knows beforehand; `sha256` names exactly this knowledge.

    `baselines` hold on every platform, by metric; `bounds` each on one.
    """

    settings: tuple[Setting, ...]
    baselines: Mapping[str, Baseline]
    sha256: str
    bounds: tuple[Baseline, ...] = ()

    @property
    def sources(self) -> dict[str, str]:
        return {setting.id: "; ".join(setting.source) for setting in self.settings}

    @property
    def ceilings(self) -> dict[str, float]:
        """What rules of faults read as `baseline`, by metric."""
        known = self.baselines.items()
        return {metric: one.ceiling for metric, one in known if one.ceiling is not None}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A workspace with its files read and checked."""

    workspace: Workspace
    spec: ClusterSpec
    catalog: Catalog

    def connect(self) -> Fleet:
        return Fleet(self.spec.ssh, self.spec.nodes, self.workspace.known_hosts)


def load_cluster(root: Path) -> Cluster:
    """All problems of cluster.yaml at once, before anything is touched."""
    workspace = open_workspace(root)
    catalog = load_catalog()
    text = read_text(workspace.cluster_file)
    file = str(workspace.cluster_file)
    spec, problems = parse_spec(
        text,
        file,
        catalog.settings,
        platform_ids(),
        fault_ids(),
        release_names(text, workspace.root),
    )
    if problems or spec is None:
        raise InputProblemsError(problems)
    catalog = with_own_baselines(catalog, workspace)
    load_lock(workspace)  # an impossible one is refused here, before any node is asked
    return Cluster(workspace, settle_ssh(with_key_path(spec, workspace.root)), catalog)


def settle_ssh(spec: ClusterSpec) -> ClusterSpec:
    """With what OpenSSH's config says where cluster.yaml is silent: who logs in."""
    addresses = tuple(node.address for node in spec.nodes.values())
    return spec.model_copy(update={"ssh": settle(spec.ssh, addresses)})


def load_spec(workspace: Workspace) -> ClusterSpec:
    return load_cluster(workspace.root).spec


def load_catalog() -> Catalog:
    settings_texts, baseline_texts = read_settings_texts(), read_baselines_texts()
    settings, problems = parse_settings(settings_texts)
    raise_problems(problems)
    baselines = load_baselines()
    texts = [settings_texts, baseline_texts, read_faults_texts(), read_platforms_texts()]
    texts += [*read_release_texts(), read_peaks_texts()]
    whole = json.dumps([dict(one) for one in texts], sort_keys=True)
    return Catalog(
        tuple(settings),
        {baseline.metric: baseline for baseline in baselines if not baseline.platform},
        hashlib.sha256(whole.encode()).hexdigest(),
        tuple(baseline for baseline in baselines if baseline.platform),
    )


def with_own_baselines(catalog: Catalog, workspace: Workspace) -> Catalog:
    """Beside those that podsys ships, the site's own for its models: DIR/baselines/*.yaml."""
    files = sorted(workspace.baselines.glob("*.yaml"))
    if not files:
        return catalog
    own, problems = parse_baselines({str(file): read_text(file) for file in files})
    for one in own:
        if not one.platform:  # it would take the place of what podsys ships for every server
            message, hint = f"{one.metric} names no platform", "add platform: to the entry"
            problems.append(Problem(str(workspace.baselines), 1, message, hint))
    raise_problems(problems)
    return replace(catalog, bounds=(*catalog.bounds, *own))


def load_baselines() -> list[Baseline]:
    """Those of every platform and those of one."""
    baselines, problems = parse_baselines(read_baselines_texts())
    if problems:
        raise InputProblemsError(problems)
    return baselines


def save_facts(workspace: Workspace, facts: Mapping[str, NodeFacts]) -> None:
    """Kept so that rendering needs no node; never used to judge one."""
    as_json = {name: _as_json(found) for name, found in know(workspace, facts).items()}
    write_atomically(workspace.facts_file, json.dumps(as_json))


def know(workspace: Workspace, facts: Mapping[str, NodeFacts]) -> dict[str, NodeFacts]:
    """What these facts say, and of nodes that do not answer, what was known from last time."""
    return load_facts(workspace) | {n: f for n, f in facts.items() if f.reachable}


def load_facts(workspace: Workspace) -> dict[str, NodeFacts]:
    """A file that cannot be read is as good as none: the next probe says it all again."""
    try:
        known = json.loads(workspace.facts_file.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {name: _as_facts(name, content) for name, content in known.items()}


def _as_json(found: NodeFacts) -> dict[str, object]:
    return {"sections": {name: _section(section) for name, section in found.sections.items()}}


def _section(section: Section) -> dict[str, object]:
    """Not `asdict`, which copies all that is in it."""
    return {name: getattr(section, name) for name in Section.__slots__}


def _as_facts(node: str, content: Mapping[str, Mapping[str, Any]]) -> NodeFacts:
    sections = {name: Section(**section) for name, section in content["sections"].items()}
    return NodeFacts(node, sections=sections)
