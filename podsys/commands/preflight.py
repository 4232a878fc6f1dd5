"""podsys preflight: may this job start now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from podsys.commands.common import Cluster, load_cluster
from podsys.commands.desired import Desired, survey
from podsys.commands.passive import judge_passive
from podsys.core.limit import limit_nodes
from podsys.core.peers import peer_items
from podsys.core.practice import is_practice
from podsys.core.ready import EXIT_CODES, find_ready, judge_readiness, make_hostfile
from podsys.core.rules import parse_duration
from podsys.effects.workspace import write_output
from podsys.errors import ExitCode, PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.view import preflight as view
from podsys.view.progress import progress


@dataclass(frozen=True, slots=True)
class Options:
    limit: str | None = None
    hostfile: Path | None = None
    since: str | None = None
    as_json: bool = False


def preflight(root: Path, options: Options) -> ExitCode:
    """One look at each node; nothing is changed, and nothing kept but counters."""
    since_s = _seconds(options.since)
    cluster = load_cluster(root)
    chosen = limit_nodes(cluster.spec, options.limit)
    facts, findings = look(cluster, chosen, since_s, quiet=options.as_json)
    verdict, ready = judge_readiness(findings), find_ready(chosen, findings)
    if options.hostfile:
        write_output(options.hostfile, make_hostfile(ready, facts))
    result = view.Result(
        verdict, chosen, ready, findings, is_practice(cluster.spec, facts.values())
    )
    view.print_result(result) if options.as_json else view.show_result(result)
    return EXIT_CODES[verdict]


def look(
    cluster: Cluster, chosen: Sequence[str], since_s: float | None, *, quiet: bool
) -> tuple[Mapping[str, NodeFacts], list[Finding]]:
    """Facts and findings of the chosen nodes."""
    peers = peer_items(cluster.spec, chosen)
    with cluster.connect() as fleet, progress("preflight", shown=not quiet) as watch:
        found: tuple[dict[str, NodeFacts], Desired] = survey(
            cluster, fleet, chosen, watch, peers, remember=False
        )
    facts, desired = found
    return facts, judge_passive(cluster, facts, desired, since_s, peers)


def _seconds(since: str | None) -> float | None:
    try:
        return None if since is None else parse_duration(since)
    except ValueError as error:
        raise PodsysError(f"--since: {error}") from error
