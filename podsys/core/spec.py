"""cluster.yaml: text in, a checked description or all its problems out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from podsys.core.document import Document, check_document, nearest, read_document
from podsys.core.launchers.ranks import find_launchers
from podsys.core.topology import check_leaves
from podsys.model.problem import Problem
from podsys.model.setting import Setting
from podsys.model.spec import ClusterSpec


def parse_spec(
    text: str,
    file: str = "cluster.yaml",
    settings: Iterable[Setting] | None = None,
    platforms: Collection[str] | None = None,
    faults: Collection[str] | None = None,
    releases: Collection[str] | None = None,
) -> tuple[ClusterSpec | None, list[Problem]]:
    """Checked against itself, and against those parts of the catalog that are given."""
    document = read_document(text, file)
    spec = check_document(document, ClusterSpec)
    # What the parts mean to each other is checked even where some part has a fault of its own.
    _check_addresses(document)
    _check_server(document)
    _check_budget(document)
    _check_mounts(document)
    _check_leaves(document)
    _check_launcher(document)
    if settings is not None:
        _check_setting_ids(document, settings)
    if platforms is not None:
        _check_platforms(document, platforms)
    if faults is not None:
        _check_fault_ids(document, faults)
    if releases is not None:
        _check_releases(document, releases, platforms or ())
    return (None if document.problems else spec), document.problems


def _check_setting_ids(document: Document, settings: Iterable[Setting]) -> None:
    """Setting ids named in cluster.yaml must exist in the catalog."""
    known = [setting.id for setting in settings]
    part_of = _mapping(document.data, "settings")
    for part in ("disable", "adopt", "override"):
        named = part_of.get(part)
        for position, id_ in enumerate(named if isinstance(named, list | dict) else ()):
            if isinstance(id_, str) and id_ not in known:
                key: str | int = id_ if part == "override" else position
                hint = nearest(id_, known) or "podsys explain lists all setting ids"
                document.add(("settings", part, key), f"unknown setting {id_}", hint)


def _check_releases(document: Document, known: Collection[str], platforms: Collection[str]) -> None:
    """A key that is about no node would leave machines without a release, and no word of it."""
    keys = ["all", *_groups_in(document), *platforms]
    for key, name in _mapping(document.data, "release").items():
        if str(key) not in keys:
            message = f"release.{key}: no group or platform {key}"
            document.add(("release", str(key)), message, nearest(str(key), keys))
        if isinstance(name, str) and name not in known:
            message, hint = f"unknown release {name}", nearest(name, sorted(known))
            document.add(("release", str(key)), message, hint)


def _check_platforms(document: Document, known: Collection[str]) -> None:
    for name, node in _mapping(document.data, "nodes").items():
        platform = node.get("platform") if isinstance(node, dict) else None
        if isinstance(platform, str) and platform not in known:
            hint = nearest(platform, sorted(known))
            document.add(("nodes", name, "platform"), f"no platform {platform}", hint)


def _check_fault_ids(document: Document, known: Collection[str]) -> None:
    """Which bounds a fault has is known once its file is read."""
    part_of = _mapping(document.data, "faults")
    disabled, overridden = part_of.get("disable"), part_of.get("override")
    named: list[tuple[str, str | int, object]] = []
    if isinstance(disabled, list):
        named += [("disable", place, id_) for place, id_ in enumerate(disabled)]
    if isinstance(overridden, dict):
        named += [("override", key, str(key).partition(".")[0]) for key in overridden]
    for part, key, id_ in named:
        if isinstance(id_, str) and id_ not in known:
            hint = nearest(id_, sorted(known)) or "podsys explain lists all faults"
            document.add(("faults", part, key), f"unknown fault {id_}", hint)


def _mapping(data: Any, key: str) -> dict[str, Any]:
    """What stands under `key`, when it is what it should be."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def budget_of(spec: ClusterSpec) -> int:
    """Failed nodes that a rollout bears: a share rounds down, but one node never stops many."""
    budget, nodes = spec.rollout.failure_budget, len(spec.nodes)
    if isinstance(budget, int):
        return budget
    return max(1 if nodes > 1 else 0, int(nodes * float(budget.removesuffix("%")) / 100))


def with_key_path(spec: ClusterSpec, root: Path) -> ClusterSpec:
    """A relative ssh.key or ssh.config lies below the workspace, wherever podsys is started."""
    paths = {"key": spec.ssh.key, "config": spec.ssh.config}
    whole = {
        name: str(root / path)
        for name, path in paths.items()
        if path and not path.startswith(("/", "~"))
    }
    return spec.model_copy(update={"ssh": spec.ssh.model_copy(update=whole)}) if whole else spec


def schema() -> dict[str, Any]:
    """JSON Schema for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | (
        ClusterSpec.model_json_schema()
    )


def _check_addresses(document: Document) -> None:
    seen: dict[str, str] = {}
    for name, node in _mapping(document.data, "nodes").items():
        address = node.get("address") if isinstance(node, dict) else None
        if not isinstance(address, str):
            continue
        if address in seen:
            document.add(
                ("nodes", name, "address"),
                f"nodes.{name}: address {address} already belongs to {seen[address]}",
                "give each node its own address",
            )
        seen.setdefault(address, str(name))


def _check_server(document: Document) -> None:
    server = _mapping(document.data, "monitoring").get("server")
    nodes = [str(name) for name in _mapping(document.data, "nodes")]
    if isinstance(server, str) and server not in nodes:
        hint = nearest(server, sorted(nodes)) or "name one of the nodes"
        document.add(("monitoring", "server"), f"monitoring.server: no node {server}", hint)


def _check_mounts(document: Document) -> None:
    """A group that no node is in would leave the path unmounted without a word."""
    known = _groups_in(document)
    for path, mount in _mapping(document.data, "mounts").items():
        groups = mount.get("groups") if isinstance(mount, dict) else None
        for position, group in enumerate(groups if isinstance(groups, list) else ()):
            if str(group) not in known:
                place = ("mounts", path, "groups", position)
                document.add(place, f"no node is in group {group}", nearest(str(group), known))


def _groups_in(document: Document) -> list[str]:
    nodes = _mapping(document.data, "nodes").values()
    named = [node.get("groups", ["compute"]) for node in nodes if isinstance(node, dict)]
    return sorted({str(group) for groups in named if isinstance(groups, list) for group in groups})


def _check_leaves(document: Document) -> None:
    leaves = _mapping(_mapping(document.data, "network"), "leaves")
    texts = {str(leaf): text for leaf, text in leaves.items() if isinstance(text, str)}
    nodes = map(str, _mapping(document.data, "nodes"))
    for leaf, message, hint in check_leaves(texts, nodes):
        document.add(("network", "leaves", leaf), message, hint)


def _check_launcher(document: Document) -> None:
    """The one that is taken where none is named needs no look."""
    launcher = _mapping(document.data, "accept").get("launcher")
    if isinstance(launcher, str) and launcher not in (known := find_launchers()):
        message = f"accept.launcher: no launcher {launcher}"
        document.add(("accept", "launcher"), message, f"one of {', '.join(known)}")


def _check_budget(document: Document) -> None:
    budget = _mapping(document.data, "rollout").get("failure_budget", 0)
    good = isinstance(budget, int) and budget >= 0
    if isinstance(budget, str) and budget.endswith("%"):
        number = budget.removesuffix("%")
        good = number.replace(".", "", 1).isdecimal() and float(number) <= 100
    if not good:
        document.add(
            ("rollout", "failure_budget"),
            f"rollout.failure_budget: cannot read {budget!r}",
            "write a count like 3 or a share like 10%",
        )
