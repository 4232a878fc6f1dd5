"""podsys init: import hosts, pin keys, probe, name the odd ones, write the workspace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from podsys.commands.common import (
    Catalog,
    know,
    load_catalog,
    load_facts,
    save_facts,
    settle_ssh,
)
from podsys.commands.desired import write_rendered
from podsys.commands.faults import fault_ids, load_platforms, platform_ids
from podsys.commands.merge import Merged, merge_cluster_file
from podsys.commands.release_book import load_lock, release_names
from podsys.commands.releases import Settled, confirm_moves, settle_releases
from podsys.commands.sources import Found, Source, find_hosts
from podsys.core.lock import make_lock
from podsys.core.odd import Oddity, find_oddities
from podsys.core.platforms import recognise
from podsys.core.spec import parse_spec, schema, with_key_path
from podsys.core.upgrade import describe_move
from podsys.effects.ansible import ansible_version
from podsys.effects.hostkeys import Pinned, pin_host_keys
from podsys.effects.probe import probe
from podsys.effects.runlock import hold
from podsys.effects.ssh import Fleet
from podsys.effects.workspace import Workspace, read_text, write_atomically
from podsys.errors import ExitCode, PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.problem import InputProblemsError
from podsys.model.spec import ClusterSpec, Node, Ssh
from podsys.view import inventory as view
from podsys.view.progress import progress

__all__ = ["Login", "Options", "Source", "init"]


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in; what is not given comes from cluster.yaml or the defaults."""

    user: str | None = None
    key: str | None = None
    port: int | None = None
    jump: str | None = None
    config: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        named = {key: value for key, value in asdict(self).items() if value is not None}
        for key in {"key", "config"} & named.keys():
            if not named[key].startswith("~"):
                named[key] = str(Path(named[key]).absolute())
        return named


@dataclass(frozen=True, slots=True)
class Options:
    """`upgrade`: resolve the releases anew; `yes`: and write what moves without asking."""

    upgrade: bool = False
    yes: bool = False
    as_json: bool = False


def init(directory: Path, source: Source, login: Login, options: Options) -> ExitCode:
    """Exit code 0 when every node answered, 3 when some could not be probed."""
    workspace = Workspace(directory.resolve())
    catalog = load_catalog()
    before = _read_spec(workspace)
    found = find_hosts(source)
    if not options.upgrade:
        load_lock(workspace)  # an impossible one is refused before any node is asked
    if before is None and found is None:
        raise PodsysError(
            f"{workspace.root} is no workspace yet, and no hosts were named",
            "give --hosts 'n[001-032]', --from FILE or --lab",
        )
    spec = _intended_spec(workspace, before, found, login)
    reach = settle_ssh(with_key_path(spec, workspace.root))
    if before is None:  # a new file says who logs in; whoever takes that out lets the config say it
        ssh = spec.ssh.model_copy(update={"user": reach.ssh.user})
        spec = spec.model_copy(update={"ssh": ssh})
    with hold(workspace.run_lock):
        pinned = pin_host_keys(
            reach.nodes, reach.ssh, workspace.known_hosts, found.trusted_keys if found else ""
        )
        facts = _probe(workspace, reach, pinned, quiet=options.as_json)
        spec = _with_facts(spec, facts)
        asking = reach.model_copy(update={"nodes": spec.nodes})
        settled = _settle(workspace, asking, facts, options)
        merged = _write(workspace, spec, reach.ssh, facts, catalog, settled)
    oddities = find_oddities(facts.values())
    _show(workspace, facts, oddities, merged, pinned, settled, options)
    return ExitCode.GOOD if all(f.reachable for f in facts.values()) else ExitCode.UNKNOWN


def _read_spec(workspace: Workspace) -> ClusterSpec | None:
    if not workspace.cluster_file.exists():
        return None
    file = str(workspace.cluster_file)
    text = read_text(workspace.cluster_file)
    spec, problems = parse_spec(
        text,
        file,
        platforms=platform_ids(),
        faults=fault_ids(),
        releases=release_names(text, workspace.root),
    )
    if spec is None:
        raise InputProblemsError(problems)
    return spec


def _intended_spec(
    workspace: Workspace, before: ClusterSpec | None, found: Found | None, login: Login
) -> ClusterSpec:
    """What stands in cluster.yaml wins over what the source says; new hosts are added."""
    nodes = {
        host.name: Node(address=host.address, groups=host.groups, bmc=host.bmc, serial=host.serial)
        for host in (found.hosts if found else [])
    }
    if before is not None:
        known = {**nodes, **before.nodes}
        update = dict(login.given)
        if found and found.trusted_keys:
            # Who knows the machines' keys made them: their addresses are where it says.
            known |= {n: known[n].model_copy(update={"address": nodes[n].address}) for n in nodes}
            update = {**found.spec.get("ssh", {}), **update}
        _refuse_shared_addresses(known)
        ssh = _checked(before.ssh.model_dump(exclude_unset=True) | update)
        return before.model_copy(update={"nodes": known, "ssh": ssh})
    extra = dict(found.spec) if found else {}
    ssh_data = {**extra.pop("ssh", {}), **login.given}
    name = _as_name(workspace.root.name)
    return ClusterSpec.model_validate(
        {"cluster": name, **extra, "nodes": nodes, "ssh": _checked(ssh_data)}
    )


def _refuse_shared_addresses(nodes: Mapping[str, Node]) -> None:
    """Written down, every later command would refuse the file."""
    owners: dict[str, str] = {}
    for name, node in nodes.items():
        owner = owners.setdefault(node.address, name)
        if owner != name:
            raise PodsysError(
                f"{name} and {owner} have the same address {node.address}",
                "give each node its own; a node that has another name by now is renamed in"
                " cluster.yaml",
            )


def _checked(ssh: dict[str, Any]) -> Ssh:
    try:
        return Ssh.model_validate(ssh)
    except ValidationError as error:
        first = error.errors()[0]
        raise PodsysError(f"--{first['loc'][0]} {first['input']}: {first['msg']}") from error


def _as_name(text: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9_.-]", "-", text).strip("-_.")
    return cleaned or "cluster"


def _probe(
    workspace: Workspace, spec: ClusterSpec, pinned: Pinned, quiet: bool
) -> dict[str, NodeFacts]:
    """One round trip to each node whose key is pinned; the others are unreachable."""
    facts = {name: NodeFacts(name, reason) for name, reason in pinned.failed.items()}
    asked = {name: () for name in spec.nodes if name not in facts}
    with (
        Fleet(spec.ssh, spec.nodes, workspace.known_hosts) as fleet,
        progress("init", shown=not quiet) as watch,
    ):
        watch.stage("probe", total=len(asked))
        facts |= probe(fleet, asked, lambda one: watch.node(one.node, one.error))
    return {name: facts[name] for name in spec.nodes}


def _settle(
    workspace: Workspace, reach: ClusterSpec, facts: dict[str, NodeFacts], options: Options
) -> Settled:
    """Before anything is written: a release that cannot be leaves the workspace as it was."""
    with Fleet(reach.ssh, reach.nodes, workspace.known_hosts) as fleet:
        settled = settle_releases(
            workspace, reach, know(workspace, facts), fleet,
            [name for name, found in facts.items() if found.reachable],
            upgrade=options.upgrade,
        )  # fmt: skip
    if options.upgrade:
        confirm_moves(settled, yes=options.yes, as_json=options.as_json)
    return settled


def _with_facts(spec: ClusterSpec, facts: dict[str, NodeFacts]) -> ClusterSpec:
    """What was seen is pinned: later a machine that has become another one is a finding."""
    nodes = {
        name: node.model_copy(
            update={
                "state": "ready" if facts[name].reachable else "unreachable",
                "serial": node.serial or facts[name].get("system.serial") or None,
                "platform": node.platform or _recognise(facts[name]),
            }
        )
        for name, node in spec.nodes.items()
    }
    return spec.model_copy(update={"nodes": nodes})


def _recognise(facts: NodeFacts) -> str | None:
    platform = recognise(facts, tuple(load_platforms().values())) if facts.reachable else None
    return platform.id if platform else None


def _write(
    workspace: Workspace,
    spec: ClusterSpec,
    reach: Ssh,
    facts: dict[str, NodeFacts],
    catalog: Catalog,
    settled: Settled,
) -> Merged:
    merged = merge_cluster_file(workspace, spec)
    write_atomically(workspace.schema_file, json.dumps(schema(), indent=2) + "\n")
    save_facts(workspace, facts)
    known = load_facts(workspace)
    lock = make_lock(catalog.sha256, ansible_version(), known, settled.releases)
    write_atomically(workspace.lock_file, lock)
    write_rendered(workspace, spec.model_copy(update={"ssh": reach}), catalog, known)
    return merged


def _show(
    workspace: Workspace,
    facts: dict[str, NodeFacts],
    oddities: Iterable[Oddity],
    merged: Merged,
    pinned: Pinned,
    settled: Settled,
    options: Options,
) -> None:
    odd = [(o.fact, o.found, o.usual, o.nodes) for o in oddities]
    releases = [(r.release, r.nodes, r.left_out) for r in settled.releases]
    moves = () if options.upgrade else [describe_move(move) for move in settled.moves]
    if options.as_json:
        view.print_inventory(workspace.root, facts, odd, merged.kept, pinned.new, releases)
    else:
        view.show_machines(facts, odd)
        view.show_releases(releases, moves, settled.waiting)
        view.show_written(workspace.root, merged.kept, merged.added, pinned.new)
