"""cluster.yaml written the first time, and later changed without losing a person's edits."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podsys.core.spec import parse_spec
from podsys.effects.render import render
from podsys.effects.workspace import Workspace, read_text, write_atomically
from podsys.model.problem import InputProblemsError
from podsys.model.spec import ClusterSpec, Node

if TYPE_CHECKING:
    from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class Merged:
    """What was kept of an older file, and which nodes were added; both empty on a new file."""

    kept: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def merge_cluster_file(workspace: Workspace, spec: ClusterSpec) -> Merged:
    """Write the file, or put new nodes and states into the one that is there."""
    if not workspace.cluster_file.exists():
        fresh = render("cluster.yaml.j2", spec=spec)
        write_atomically(workspace.cluster_file, fresh)
        write_atomically(workspace.written_file, fresh)
        return Merged()
    text = read_text(workspace.cluster_file)
    kept = _find_edits(text, workspace)
    merged, added = _edit(text, spec)
    if merged != text:
        write_atomically(workspace.cluster_file, merged)
        _follow(workspace, spec)
    return Merged(kept, added)


def _follow(workspace: Workspace, spec: ClusterSpec) -> None:
    """What init itself has now written is no edit of anybody's."""
    if workspace.written_file.exists():
        written, _ = _edit(read_text(workspace.written_file), spec)
        write_atomically(workspace.written_file, written)


def _edit(text: str, spec: ClusterSpec) -> tuple[str, tuple[str, ...]]:
    """Only `nodes` and `ssh` are touched; comments, order and everything else stay."""
    yaml = _editor()
    document = yaml.load(text)
    before = spec_of(text)
    added = tuple(name for name in spec.nodes if name not in document["nodes"])
    for name, node in spec.nodes.items():
        _put_node(document["nodes"], name, node)
    for key, value in spec.ssh.model_dump().items():
        if value != getattr(before.ssh, key):
            document.setdefault("ssh", {})[key] = value
    if spec == before:
        return text, ()
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return buffer.getvalue(), added


def _editor() -> YAML:
    """Writes what it does not change as it stood, a spelled-out `null` as well."""
    from ruamel.yaml import YAML
    from ruamel.yaml.representer import RoundTripRepresenter

    class SpellsNull(RoundTripRepresenter):
        pass

    null = "tag:yaml.org,2002:null"
    SpellsNull.add_representer(type(None), lambda self, _: self.represent_scalar(null, "null"))
    yaml = YAML(typ="rt")
    yaml.Representer = SpellsNull
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def _put_node(nodes: Any, name: str, node: Node) -> None:
    if name not in nodes:
        nodes[name] = {"address": node.address, "groups": list(node.groups)}
    entry = nodes[name]
    if entry.get("address") != node.address:
        entry["address"] = node.address
    for key in ("bmc", "serial", "platform"):
        if getattr(node, key) and not entry.get(key):
            entry[key] = getattr(node, key)
    if node.state == "unreachable":
        entry["state"] = "unreachable"
    else:
        entry.pop("state", None)


def spec_of(text: str) -> ClusterSpec:
    spec, problems = parse_spec(text)
    if spec is None:
        raise InputProblemsError(problems)
    return spec


def _find_edits(text: str, workspace: Workspace) -> tuple[str, ...]:
    """Values that are not those podsys wrote."""
    if not workspace.written_file.exists():
        return ()
    mine, written = _flatten(spec_of(text)), _flatten(spec_of(read_text(workspace.written_file)))
    return tuple(f"{key}: {value}" for key, value in mine.items() if written.get(key) != value)


def _flatten(spec: ClusterSpec) -> dict[str, Any]:
    """`part.field` -> value; nodes as `nodes.NAME.field`."""
    whole = spec.model_dump()
    parts = {f"nodes.{name}": node for name, node in whole.pop("nodes").items()} | whole
    flat: dict[str, Any] = {}
    for key, value in parts.items():
        inner = value if isinstance(value, dict) else {}
        flat |= {f"{key}.{name}": part for name, part in inner.items()} or {key: value}
    return flat
