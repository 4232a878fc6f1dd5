"""A rule's text read and checked: a small part of Python's expressions, as a tree of lists.

Allowed: names of sections and options, `it`, `.key` and `[index]`, and or not, comparisons,
`+ - * / // %`, `a if b else c`, lists, one `for` in a comprehension, and the functions of
`node/rules/functions.py`. `age('24h')` is a number of seconds. What is not known is asked for with
`known(x)`, never compared with None.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from podsys.core.rule_reader import Reader, RuleError, Tree, parse_duration

__all__ = ["Rule", "RuleError", "Tree", "parse_condition", "parse_duration", "parse_value"]

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Rule:
    """`tree` is for podsys/node/rules; `names` are those of sections and options that it reads."""

    text: str
    tree: Tree
    names: frozenset[str]


def parse_condition(text: str, known: Iterable[str]) -> Rule:
    """A rule that is true, false or unknown."""
    return _parse(text, known, Reader.condition)


def parse_value(text: str, known: Iterable[str]) -> Rule:
    """A rule that yields a value: the list of `each`, or a part of a text."""
    return _parse(text, known, Reader.read)


def _parse(text: str, known: Iterable[str], read: Callable[[Reader, ast.expr], Tree]) -> Rule:
    if len(text) > LONGEST:
        raise RuleError(f"longer than {LONGEST} characters", LONGEST, "split it")
    # Lines of a YAML block are one expression; blanks in their place keep every position.
    flat = text.replace("\n", " ")
    start = len(flat) - len(flat.lstrip())
    try:
        expression = ast.parse(flat.strip(), mode="eval").body
    except SyntaxError as error:
        raise RuleError(f"not an expression: {error.msg}", start + (error.offset or 1)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise RuleError(f"not an expression: {error}", start + 1) from error
    reader = Reader(frozenset(known), start)
    return Rule(text, read(reader, expression), frozenset(reader.used))
