"""From a plan to what Ansible does: only the items that differ, in as few tasks as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from podsys.core.pins import package_spec, version_of
from podsys.core.plan import needs_role
from podsys.core.rendering import Layout
from podsys.core.role_items import role_items
from podsys.core.select import SETTINGS_ROLE
from podsys.model.item import Item
from podsys.model.plan import Change
from podsys.model.role import Family, Role
from podsys.model.todo import Literal, Request, Todo

# Role, kind and key of an item that differs. Values are left out: a file that names its node
# has another one on each, and is written by the same task.
Difference = tuple[str, str, str]
# By template name; files that name their node hold Ansible's expressions for it.
Texts = Callable[[Role], Mapping[str, str]]
FILES = ("file", "file_block")
# What comes before packages: their services then start with their own configuration.
FIRST = ("package_archive", "package_database", *FILES)
# A new file or package asks for these of its role, although they did not differ before.
FOLLOW = ("service", "service_config", "package_hold")


@dataclass(frozen=True, slots=True)
class Work:
    """What todos are made from."""

    layout: Layout
    texts: Texts
    hold: Sequence[str]


def find_todos(changes: Iterable[Change], work: Work) -> list[Todo]:
    """One entry for all nodes that differ alike, in the order of their first node."""
    profile_of = {n: number for number, p in enumerate(work.layout.profiles) for n in p.nodes}
    groups: dict[tuple[Family, int, int, frozenset[Difference]], list[str]] = {}
    for node, differences in _differences(changes).items():
        if node not in work.layout.families:
            continue  # of a system that podsys does not know: core/judge/systems.py says so
        release = id(work.layout.locked.get(node))
        key = (work.layout.families[node], profile_of[node], release, frozenset(differences))
        groups.setdefault(key, []).append(node)
    return [
        _todo(tuple(nodes), family, work.layout.profiles[profile].items, differences, work)
        for (family, profile, _, differences), nodes in groups.items()
    ]


def narrow(todos: Iterable[Todo], nodes: Iterable[str]) -> list[Todo]:
    """The same work, on some of the nodes only."""
    chosen = set(nodes)
    found = [replace(todo, nodes=tuple(n for n in todo.nodes if n in chosen)) for todo in todos]
    return [todo for todo in found if todo.nodes]


def _differences(changes: Iterable[Change]) -> dict[str, set[Difference]]:
    found: dict[str, set[Difference]] = {}
    for change in changes:
        if needs_role(change):
            difference = (change.item.role, change.item.kind, change.item.key)
            for node in change.nodes:
                found.setdefault(node, set()).add(difference)
    return found


def _todo(
    nodes: tuple[str, ...],
    family: Family,
    settings: Sequence[Item],
    differences: frozenset[Difference],
    work: Work,
) -> Todo:
    requests: list[Request] = []
    packages: list[Item] = []
    own: list[str] = []
    for empty in work.layout.roles:
        role = work.layout.role_for(empty, nodes[0])
        mine = {(kind, key) for name, kind, key in differences if name == role.name}
        if role.name == SETTINGS_ROLE:
            requests += _settings(settings, mine)
        elif role.own_tasks and mine:
            own.append(role.name)
        elif mine:
            texts = work.texts(role)
            items = list(_differing(role_items(role, family, texts, work.hold), mine))
            packages += [item for item in items if item.kind == "package"]
            requests += [
                _request(item, role, family, texts) for item in items if item.kind != "package"
            ]
    early = [r for r in requests if r["kind"] in FIRST] if packages else []
    late = [request for request in requests if request not in early]
    keys = {item.key for item in packages}
    builds = work.layout.builds.get(nodes[0], ())
    return Todo(
        nodes,
        family,
        tuple(early),
        tuple(item.key for item in packages if not version_of(item)),
        tuple(package_spec(i.key, version_of(i), family) for i in packages if version_of(i)),
        tuple(late),
        tuple(own),
        tuple(build for build in builds if build.name in keys),
    )


def _settings(items: Iterable[Item], mine: set[tuple[str, str]]) -> Iterator[Request]:
    """Whole kinds, because a kind writes its drop-in files whole; also where those were edited."""
    kinds = {kind for kind, _ in mine} | {key for kind, key in mine if kind == "dropin"}
    return (item.as_request() for item in items if item.kind in kinds)


def _differing(items: Sequence[Item], mine: set[tuple[str, str]]) -> Iterator[Item]:
    follows = bool({kind for kind, _ in mine} - {"package_hold", "service_config"})
    for item in items:
        if (item.kind, item.key) in mine or (follows and item.kind in FOLLOW):
            yield item


def _request(item: Item, role: Role, family: Family, texts: Mapping[str, str]) -> Request:
    """Files travel with their content; what they must read follows from it on the node."""
    if item.kind not in FILES:
        return item.as_request()
    file = next(f for f in role.files if f.path.get(family) == item.key and f.kind == item.kind)
    text = texts[file.template]
    content = text if file.per_node else Literal(text)
    params = {"content": content, "mode": file.mode, "marker": file.marker}
    params |= {"owner": file.owner, "group": file.group}
    return item.as_request() | {"value": "", "params": params}
