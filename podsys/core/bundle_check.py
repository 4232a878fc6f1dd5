"""A bundle's manifest read, and held against what nodes want of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from podsys.core.bundle import ANY_ARCH, arch_of, specs_of, system_of
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
    served = {(one.system, one.arch, one.name, one.version) for one in manifest.items}
    served |= {(system, arch, name, "") for system, arch, name, _ in served}
    lacking: dict[str, list[str]] = {}
    for node, items in wanted.items():
        family = families.get(node, "debian")
        system = system_of(facts[node]) if node in facts else ""
        if system and system not in manifest.systems:
            lacking.setdefault(f"{file} has nothing for {system}", []).append(node)
            continue
        arch = arch_of(facts[node], family) if system else ""
        for name, version in map(split_pin, specs_of(items, family) if system else ()):
            if not any((system, one, name, version) in served for one in (arch, *ANY_ARCH)):
                what = f"{name} {version}".strip()
                lacking.setdefault(f"{file} has no {what} for {system} {arch}", []).append(node)
    if lacking:
        reason, nodes = next(iter(lacking.items()))
        more = f", and {len(lacking) - 1} more such" if len(lacking) > 1 else ""
        raise PodsysError(f"{fold(nodes)}: {reason}{more}", AGAIN)
