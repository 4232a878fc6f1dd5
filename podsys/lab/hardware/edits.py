"""Edits of a state by path: `gpus.3.lost`, `dimms.*.speed_mts`, `devices[gpus.3.bdf].gone`.

Dots go into dictionaries and lists; `*` means every element. Brackets hold a PCI address, or
another path whose value is the key: `devices[devices[gpus.3.bdf].parent].acs` is the port above
a GPU. In texts, `{gpus.3.bdf}` stands for the value at that path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import Any

State = dict[str, Any]
FIELD = re.compile(r"\{([^{}]+)\}")
WORD = re.compile(r"[^.\[\]]+")
ADDRESS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


class NoSuchPathError(LookupError):
    """This state has nothing at a path: the hardware is not there, or the path is misspelt."""


def apply_edits(state: State, edits: Iterable[tuple[str, Any]]) -> State:
    """A new state with `(path, value)` pairs put in, in turn; the old one is not touched."""
    new = deepcopy(state)
    for path, value in edits:
        *above, last = split_path(path) or [""]
        for parent in find(new, above):
            for key in list_keys(new, parent, last):
                put(parent, key, deepcopy(fill(new, value)), path)
    return new


def fill(state: State, value: Any, *, strict: bool = True) -> Any:
    """A text with its `{path}` replaced; any other value as it is.

    Unless `strict`, braces around something else stay: they mean something to somebody else.
    """

    def look_up(field: re.Match[str]) -> str:
        try:
            return str(read(state, field[1]))
        except NoSuchPathError:
            if strict:
                raise
            return field[0]

    return FIELD.sub(look_up, value) if isinstance(value, str) else value


def read(state: State, path: str) -> Any:
    """The value at a path, the first one where the path says `*`."""
    return next(find(state, split_path(path)))


def split_path(path: str) -> list[str]:
    """The parts of a path: words, `*`, and what stands in brackets, with them."""
    parts: list[str] = []
    at = 0
    while at < len(path):
        if path[at] == ".":
            at += 1
            continue
        word = WORD.match(path, at)
        end = word.end() if word else close_bracket(path, at)
        parts.append(path[at:end])
        at = end
    return parts


def close_bracket(path: str, at: int) -> int:
    """Behind the bracket that closes the one that opens at `at`."""
    depth = 0
    for end in range(at, len(path)):
        depth += {"[": 1, "]": -1}.get(path[end], 0)
        if depth == 0:
            return end + 1
    raise NoSuchPathError(path)


def find(state: State, parts: Sequence[str]) -> Iterator[Any]:
    """Everything in the state that the parts lead to."""
    found: list[Any] = [state]
    for part in parts:
        found = [take(value, key) for value in found for key in list_keys(state, value, part)]
    yield from found


def list_keys(state: State, value: Any, part: str) -> Iterable[Any]:
    """The keys that one part of a path stands for in this value."""
    if part == "*":
        return range(len(value)) if isinstance(value, list) else list(value)
    inner = part[1:-1]
    if not part.startswith("["):
        return [part]
    return [inner] if ADDRESS.fullmatch(inner) else list(find(state, split_path(inner)))


def take(value: Any, key: Any) -> Any:
    try:
        return value[to_index(value, key) if isinstance(value, list) else key]
    except (LookupError, TypeError):
        raise NoSuchPathError(key) from None


def put(parent: Any, key: Any, value: Any, path: str) -> None:
    """Set an element that is there; a dictionary takes new ones, too."""
    if isinstance(parent, list):
        parent[to_index(parent, key)] = value
    elif isinstance(parent, dict) and key and isinstance(key, str):
        parent[key] = value
    else:
        raise NoSuchPathError(path)


def to_index(values: list[Any], key: Any) -> int:
    if not str(key).isdecimal() or int(key) >= len(values):
        raise NoSuchPathError(key)
    return int(key)
