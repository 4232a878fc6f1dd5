"""What the checks of one run share: the cluster, the nodes to use, and where lines go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from podsys.commands.common import Cluster, load_cluster, load_facts
from podsys.commands.platform_names import UNKNOWN, platform_names
from podsys.core.check_lines import CheckOutcome, CheckOutput, as_line, read_measurements
from podsys.core.line_rate import find_line_rate
from podsys.core.rendering import view_node
from podsys.core.roles import families_of, nodes_of, parse_roles
from podsys.effects.content import read_role_texts
from podsys.errors import PodsysError
from podsys.model.baseline import Baseline
from podsys.model.facts import NodeFacts
from podsys.model.finding import Measurement
from podsys.model.nodeset import expand
from podsys.model.role import Role
from podsys.model.spec import ClusterSpec


@dataclass(frozen=True, slots=True)
class CheckCluster:
    """The `cluster` fixture: what a check may want to know."""

    spec: ClusterSpec
    nodes: list[str]
    known_hosts: Path
    line_rate_gbps: float | None
    baselines: Mapping[str, Baseline]
    whole: Cluster
    facts: Mapping[str, NodeFacts]
    platforms: Mapping[str, tuple[str, ...]]
    carried: Sequence[Mapping[str, Any]] = ()

    def measured_before(self, check: str) -> list[Measurement]:
        """Numbers of an earlier run that still hold (`podsys accept --resume`)."""
        return [one for one in read_measurements(self.carried) if one.check == check]

    @property
    def addresses(self) -> dict[str, str]:
        return {name: self.spec.nodes[name].address for name in self.nodes}

    def platforms_of(self, node: str) -> tuple[str, ...]:
        """Names under which baselines of this machine may stand, the most particular last."""
        return self.platforms.get(node, (UNKNOWN,))

    def url_host(self, node: str) -> str:
        """Its address as it stands in a URL, where colons of IPv6 would begin a port."""
        return view_node(node, self.spec.nodes[node].address).url_host

    def role(self, name: str) -> Role:
        """What podsys installs under this name, with its ports and files."""
        return next(role for role in parse_roles(read_role_texts()) if role.name == name)

    def members(self, name: str) -> list[str]:
        """The usable nodes that a role is for."""
        families = families_of(self.spec, self.facts)
        chosen = nodes_of(self.role(name), self.spec, families)
        return [node for node in self.nodes if node in chosen]


def open_cluster(
    root: Path,
    nodes: str | None,
    line_rate: float | None,
    carried: Sequence[Mapping[str, Any]] = (),
) -> CheckCluster:
    """The named nodes, or all that cluster.yaml does not call unreachable."""
    cluster = load_cluster(root)
    spec = cluster.spec
    chosen = expand(nodes) if nodes else [n for n, x in spec.nodes.items() if x.state == "ready"]
    strangers = [name for name in chosen if name not in spec.nodes]
    if strangers:
        raise PodsysError(f"--nodes: no node {strangers[0]} in cluster.yaml", "name its nodes")
    facts = load_facts(cluster.workspace)
    return CheckCluster(
        spec=spec,
        nodes=chosen,
        known_hosts=cluster.workspace.known_hosts,
        line_rate_gbps=line_rate or find_line_rate(spec, facts),
        baselines=cluster.catalog.baselines,
        whole=cluster,
        facts=facts,
        platforms=platform_names(cluster, facts),
        carried=carried,
    )


@dataclass
class Recorder:
    """Collects the lines and, when a file was named, writes each at once, with its time.

    `speak` tells a person who runs checks by hand.
    """

    file: Path | None
    speak: Callable[[str], None]
    lines: list[dict[str, Any]] = field(default_factory=list)
    at_work: str = ""

    def say(self, text: str) -> None:
        if self.file:
            self.write({"type": "said", "text": text})
        else:
            self.speak(text)

    def write(self, line: Mapping[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = {"time": now, **line}
        self.lines.append(line)
        if self.file:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def record(self, found: Measurement | CheckOutcome | CheckOutput) -> None:
        self.write(as_line(found))

    def keep(self, name: str, text: str) -> str:
        """Raw output goes beside the file of lines; by hand it is not kept."""
        if not self.file:
            return ""
        folder = self.file.parent / "raw"
        folder.mkdir(exist_ok=True)
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
        return f"raw/{name}"


CLUSTER = pytest.StashKey[CheckCluster]()
RECORDER = pytest.StashKey[Recorder]()
