"""Role metadata: read, ordered, and put on nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from podsys.core.document import Document, check_document, nearest, read_document
from podsys.core.release_roles import has_part_of
from podsys.errors import PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.lock import LockedRelease
from podsys.model.problem import InputProblemsError
from podsys.model.role import FAMILIES, Family, Role, Where
from podsys.model.spec import ClusterSpec


def parse_roles(meta_texts: Mapping[str, str]) -> list[Role]:
    """`meta_texts` from role name to the text of its meta/podsys.yml; faults come all at once."""
    documents = {name: read_document(text, _file_of(name)) for name, text in meta_texts.items()}
    roles = [
        role.model_copy(update={"name": name})
        for name, document in documents.items()
        if (role := check_document(document, Role))
    ]
    provided = sorted({part for role in roles for part in role.provides})
    for role in roles:
        _check_references(role, documents[role.name], sorted(meta_texts), provided)
    problems = [problem for document in documents.values() for problem in document.problems]
    if problems:
        raise InputProblemsError(problems)
    return order_roles(roles)


def order_roles(roles: Sequence[Role]) -> list[Role]:
    """Each role behind those it names in `after`; by name where that leaves a choice."""
    by_name = {role.name: role for role in roles}
    sorter = TopologicalSorter({role.name: {*role.after, *_needed(role, roles)} for role in roles})
    ordered: list[Role] = []
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " after ".join(error.args[1])
        raise PodsysError(f"roles wait for each other: {circle}", "take one `after` out") from error
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += [by_name[name] for name in ready]
        sorter.done(*ready)
    return ordered


def _needed(role: Role, roles: Sequence[Role]) -> set[str]:
    """Roles that provide what this one needs."""
    needs = set(role.needs)
    return {other.name for other in roles if needs & set(other.provides)} - {role.name}


def nodes_of(
    role: Role,
    spec: ClusterSpec,
    families: Mapping[str, Family],
    locked: Mapping[str, LockedRelease] | None = None,
    bundled: Collection[str] = (),
) -> list[str]:
    """Nodes the role is for. A family not known yet keeps the node in: it must not vanish.

    `bundled` nodes have a bundle as their source of packages.
    """
    if role.where == "release":
        chosen = [n for n in spec.nodes if locked and n in locked and has_part_of(role, locked[n])]
    elif role.where == "bundle_before":
        chosen = [] if spec.bundle else [name for name in spec.nodes if name in bundled]
    else:
        chosen = _SELECTORS[role.where](spec)
    return [name for name in chosen if families.get(name, role.families[0]) in role.families]


def families_of(spec: ClusterSpec, facts: Mapping[str, NodeFacts]) -> dict[str, Family]:
    """Operating system families of the nodes that have been probed."""
    found = {name: facts[name].get("system.os_family") for name in spec.nodes if name in facts}
    return {name: family for name, family in found.items() if family in FAMILIES}


def bundled_in(facts: Mapping[str, NodeFacts]) -> set[str]:
    """Nodes whose package manager uses a bundle, wanted or not."""
    return {name for name, found in facts.items() if USES_BUNDLE in _capabilities(found)}


def _capabilities(found: NodeFacts) -> Collection[str]:
    return found.get("capabilities.names") or ()


def time_server_of(spec: ClusterSpec) -> str | None:
    """Nobody when cluster.yaml names NTP servers, else the first node that can be reached."""
    if spec.time.servers:
        return None
    ready = [name for name, node in spec.nodes.items() if node.state == "ready"]
    return next(iter(ready), next(iter(spec.nodes)))


def _time_clients(spec: ClusterSpec) -> list[str]:
    server = time_server_of(spec)
    return [name for name in spec.nodes if name != server]


USES_BUNDLE = "bundle"
_SELECTORS: Mapping[Where, Callable[[ClusterSpec], list[str]]] = {
    "all": lambda spec: list(spec.nodes),
    "bundle": lambda spec: list(spec.nodes) if spec.bundle else [],
    "monitoring_server": lambda spec: [spec.monitoring.server] if spec.monitoring.server else [],
    "time_server": lambda spec: [name for name in [time_server_of(spec)] if name],
    "time_clients": _time_clients,
}


def _file_of(name: str) -> str:
    return f"playbooks/roles/{name}/meta/podsys.yml"


def _check_references(
    role: Role, document: Document, known: Sequence[str], provided: Sequence[str]
) -> None:
    for position, part in enumerate(role.needs):
        if part not in provided:
            document.add(("needs", position), f"no role provides {part}", nearest(part, provided))
    for position, other in enumerate(role.after):
        if other not in known:
            document.add(("after", position), f"no role {other}", nearest(other, known))
    templates = [file.template for file in role.files]
    for number, service in enumerate(role.services):
        for position, template in enumerate(service.reads):
            if template not in templates:
                path = ("services", number, "reads", position)
                document.add(
                    path,
                    f"no file of this role is made from {template}",
                    nearest(template, templates),
                )
    if not role.families:
        document.add(("families",), "a role needs a family", f"name {' or '.join(FAMILIES)}")
