"""A bundle's manifest read, and held against what nodes want of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from podsys.core.bundle import ALWAYS, spec_of, system_of
from podsys.core.pins import split_pin
from podsys.errors import PodsysError
from podsys.model.bundle import FORMAT, MANIFEST, Manifest
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.nodeset import fold
from podsys.model.role import Family

AGAIN = "make it again where nodes reach their archives: podsys bundle FILE"


def parse_manifest(content: bytes, file: str) -> Manifest:
    """PodsysError for anything that is not the manifest of a bundle this podsys can read."""
    try:
        data = json.loads(content)
        version = data["podsys_bundle"] if isinstance(data, dict) else None
        if version != FORMAT:
            raise PodsysError(f"{file}: a bundle of format {version}, not {FORMAT}", AGAIN)
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PodsysError(f"{file}: {MANIFEST}: {place}: {first['msg']}", AGAIN) from error
    except (ValueError, KeyError, RecursionError) as error:
        raise PodsysError(f"{file}: its {MANIFEST} cannot be read: {error}", AGAIN) from error
    paths = [item.path for item in manifest.items]
    if len(set(paths)) != len(paths):
        raise PodsysError(f"{file}: {MANIFEST}: the same path stands there twice", AGAIN)
    return manifest


def refuse_unserved(
    file: str,
    manifest: Manifest,
    wanted: Mapping[str, Iterable[Item]],
    facts: Mapping[str, NodeFacts],
    families: Mapping[str, Family],
) -> None:
    """PodsysError, with the nodes, where the bundle cannot be all that they install from."""
    served = {(one.system, one.name, one.version) for one in manifest.items}
    names = {(system, name) for system, name, _ in served}
    lacking: dict[str, list[str]] = {}
    for node, items in wanted.items():
        if families.get(node, "debian") != "debian":
            lacking.setdefault("a bundle serves apt, not dnf yet", []).append(node)
            continue
        system = system_of(facts[node]) if node in facts else ""
        if system and system not in manifest.systems:
            lacking.setdefault(f"{file} has nothing for {system}", []).append(node)
            continue
        specs = [*ALWAYS, *(spec_of(item) for item in items if item.kind == "package")]
        for name, version in map(split_pin, specs if system else ()):
            if (system, name, version) not in served if version else (system, name) not in names:
                what = f"{name} {version}".strip()
                lacking.setdefault(f"{file} has no {what} for {system}", []).append(node)
    if lacking:
        reason, nodes = next(iter(lacking.items()))
        more = f", and {len(lacking) - 1} more such" if len(lacking) > 1 else ""
        hint = AGAIN if "dnf" not in reason else "leave them out, or take `bundle:` out"
        raise PodsysError(f"{fold(nodes)}: {reason}{more}", hint)
