"""Exactly which facts the rules of a fault read: a tree of keys, found in the rules themselves.

`any(link.active for link in it.nvlinks)` with `each: gpu.gpus` reads gpu → gpus → * → nvlinks →
* → active. Where a value is used as a whole, its branch ends with WHOLE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from podsys.core.rule_reader import READS
from podsys.core.rules import Tree

Path = tuple[str, ...]
# What is below these keys is part of the fault itself, or lies below something read whole.
OPAQUE: Path = ()
EACH, WHOLE = "*", "#whole"
Reads = dict[str, "Reads"]
# Where the branches of a tree lie that are trees themselves.
BRANCHES = {"truth": (1,), "not": (1,), "if": (1, 2, 3), "pair": (2, 3)}
LISTS = {"and": 1, "or": 1, "list": 1, "call": 2}


def find_reads(fault: Mapping[str, Any]) -> Reads:
    """What decides whether a fault is there, and what is shown where it is not.

    Its evidence, which only those nodes have that have the fault, is not among it.
    """
    finder = _Finder()
    known: dict[str, Path] = {"params": OPAQUE}
    finder.whole(fault["applies"], known)
    if fault["each"]:
        known["it"] = finder.elements(fault["each"], known)
    for tree in (fault["when"], fault["value"], *fault["expected"]):
        finder.whole(tree, known)
    return merge_whole(finder.reads)


class _Finder:
    def __init__(self) -> None:
        self.reads: Reads = {}

    def whole(self, tree: object, known: Mapping[str, Path]) -> None:
        """The value of this tree is used."""
        if isinstance(tree, list):
            path = self._follow(tree, known)
            if path:
                self._add((*path, WHOLE))

    def elements(self, tree: Tree, known: Mapping[str, Path]) -> Path:
        """Where the elements of this list lie; OPAQUE when all that they come from is read."""
        if tree[0] == "loop":
            return self._loop(tree, known) or OPAQUE
        path = self._follow(tree, known)
        if not path:
            return OPAQUE
        self._add((*path, EACH))
        return (*path, EACH)

    def _follow(self, tree: Tree, known: Mapping[str, Path]) -> Path | None:
        """The path that the tree is; None when it computes something, of which all is noted."""
        kind = tree[0]
        if kind == "name":
            return known.get(tree[1], (tree[1],))
        if kind == "option":
            return self._follow(tree[1], known)
        if kind == "get":
            path = self._follow(tree[1], known)
            return (*path, tree[2]) if path else path
        if kind == "loop":
            path = self._loop(tree, known)
            if path:
                self._add((*path, WHOLE))
            return None
        if kind == "call" and tree[1] == "len":
            self.elements(tree[2][0], known)
            return None
        for part in _branches(tree):
            self.whole(part, known)
        return None

    def _loop(self, tree: Tree, known: Mapping[str, Path]) -> Path | None:
        """Where a loop's elements lie, if it only chooses among them."""
        _, element, name, source, _, condition = tree
        inner = {**known, name: self.elements(source, known)}
        self.whole(condition, inner)
        return self._follow(element, inner)

    def _add(self, path: Path) -> None:
        below = self.reads
        for key in path:
            below = below.setdefault(key, {})


def _branches(tree: Tree) -> Iterator[Tree]:
    kind = tree[0]
    if kind == "item":  # which one is asked for is not known here
        yield from tree[1:3]
    if kind == "call":
        yield from (["name", name] for name in READS.get(tree[1], ()))
    yield from (tree[position] for position in BRANCHES.get(kind, ()))
    if kind in LISTS:
        yield from tree[LISTS[kind]]


def merge_whole(reads: Reads) -> Reads:
    """Nothing needs to be known below what is read as a whole."""
    if WHOLE in reads:
        return {WHOLE: {}}
    return {key: merge_whole(below) for key, below in reads.items()}
