"""Paths into facts, such as `infiniband.ports[guid].counters.symbol_error`.

A path is a list of words. `[guid]` goes through a list, of which each element has its own guid:
what is picked there is a mapping by it. Rules read earlier facts (`rates`) and those of other
nodes (`fleet`) only by such paths, so that nothing else of them has to be kept.
"""

from typing import Any, Dict, Iterable, List, Optional

Path = List[str]
Picked = Dict[str, Any]


def pick(sections: Dict[str, Any], paths: Iterable[Path]) -> Picked:
    """The plain values at these paths; `sections` maps names to their data."""
    picked: Picked = {}
    for path in paths:
        found = _take(sections, path)
        if isinstance(found, dict):
            _merge(picked, found)
    return picked


def _take(data: Any, path: Path) -> Any:
    if not path:
        return data if isinstance(data, (int, float, str)) else None
    head, rest = path[0], path[1:]
    if head.startswith("["):
        return _take_each(data, head[1:-1], rest)
    return {head: _take(data.get(head), rest)} if isinstance(data, dict) else None


def _take_each(data: Any, key: str, rest: Path) -> Optional[Picked]:
    """What two elements share as their own key belongs to neither."""
    if not isinstance(data, list):
        return None
    found: Picked = {}
    twice = set()
    for element in data:
        own = element.get(key) if isinstance(element, dict) else None
        if isinstance(own, (str, int)):
            twice.update([str(own)] if str(own) in found else [])
            found[str(own)] = _take(element, rest)
    return {own: value for own, value in found.items() if own not in twice}


def _merge(into: Picked, other: Picked) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
