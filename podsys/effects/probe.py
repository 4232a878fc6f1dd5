"""The probe: one zipped program, sent to every node over one SSH exec, answers as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Container, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from podsys.effects.program import PYTHON, as_command, list_sections, pack_program
from podsys.effects.sharing import Shelf
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.facts import NodeFacts, Section
from podsys.model.item import Item, Reading
from podsys.node.accelerators import NO_LIBRARY

PROTOCOL = 1
SECTION_LIMIT_S = 10.0
NODE_LIMIT_S = 60.0


def probe(
    fleet: Fleet,
    requests: Mapping[str, Iterable[Item]],
    on_done: Callable[[NodeFacts], None] = lambda _facts: None,
    sections: tuple[str, ...] | None = None,
    params: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    bare: Container[str] = (),
) -> dict[str, NodeFacts]:
    """Ask every node for its facts and for the readings of its items, one round trip each.

    `sections` are the facts asked for; without them all. `params` are for some of them, by
    their names: {"kernel_log": {"since_s": 3600}}. `bare` nodes had no use for the libraries of
    sections when they were last seen: who has one now is asked once more, with them.
    """
    wanted = sections or list_sections()
    given = json.dumps(params, default=dict)
    commands = {
        node: _command(tuple(items), wanted, given, fleet.as_root, node not in bare)
        for node, items in requests.items()
    }
    found: dict[str, NodeFacts] = {}
    shelf = Shelf()
    for outcome in fleet.run_each(commands, NODE_LIMIT_S):
        facts = read_outcome(outcome, shelf)
        if outcome.node not in bare or facts.get("gpu.nvml_error") != NO_LIBRARY:
            found[outcome.node] = facts
            on_done(facts)
    again = {node: items for node, items in requests.items() if node not in found}
    return found | (probe(fleet, again, on_done, sections, params) if again else {})


@cache
def _command(
    items: tuple[Item, ...], sections: tuple[str, ...], params: str, as_root: str, libraries: bool
) -> Command:
    """Nodes that want the same share one request; `params` are JSON."""
    request = {
        "items": [item.as_request() for item in items],
        "sections": sections,
        "params": json.loads(params),
        "limit_s": SECTION_LIMIT_S,
    }
    text = as_command(f"exec {as_root}{PYTHON}")
    return Command(text, pack_program(sections if libraries else ()).ask(request))


def read_outcome(outcome: Outcome, shelf: Shelf | None = None) -> NodeFacts:
    """Anything but a whole, well-formed answer is an unreachable node with its reason.

    What reads the same as on nodes before it is shared with them on the `shelf`.
    """
    if outcome.error:
        return NodeFacts(outcome.node, outcome.error, seconds=outcome.seconds)
    if outcome.code != 0:
        return NodeFacts(outcome.node, _probe_failure(outcome), seconds=outcome.seconds)
    shelf = shelf or Shelf()
    try:
        answer = json.loads(outcome.stdout)
        if answer["podsys_probe"] != PROTOCOL:
            raise ValueError("another protocol")
        return NodeFacts(
            node=outcome.node,
            sections=_read_sections(answer["sections"], shelf),
            readings=_share(answer["readings"], shelf),
            seconds=outcome.seconds,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"the probe's answer cannot be read: {error}"
        return NodeFacts(outcome.node, reason, seconds=outcome.seconds)


def _share(readings: Mapping[str, Reading], shelf: Shelf) -> dict[str, Reading]:
    """By item: most nodes have something of their own, such as a file that holds their address."""
    if not all(isinstance(reading, dict) for reading in readings.values()):
        raise TypeError("a reading without faces")
    return {sys.intern(id_): shelf.share(id_, reading) for id_, reading in readings.items()}


def _read_sections(sections: Mapping[str, Any], shelf: Shelf) -> dict[str, Section]:
    """Equal servers have equal PCI trees, and share them as well."""
    return {name: _section(name, content, shelf) for name, content in sections.items()}


def _section(name: str, content: Mapping[str, Any], shelf: Shelf) -> Section:
    status: Literal["ok", "unknown"] = "ok" if content["status"] == "ok" else "unknown"
    data = content.get("data") or {}
    if not isinstance(data, dict):
        raise TypeError("a section without data")
    reason, seconds = str(content.get("reason") or ""), float(content.get("seconds") or 0)
    return Section(status, shelf.share(f"section {name}", data), reason, seconds)


def _probe_failure(outcome: Outcome) -> str:
    said = outcome.stderr.decode(errors="replace").strip().splitlines()
    last = said[-1] if said else "it said nothing"
    if "sudo" in last:
        return f"podsys needs root there, as ssh.user root or by sudo without password: {last}"
    if outcome.code == 127:
        return "the node has no python3: install it"
    return f"the probe ended with code {outcome.code}: {last}"
