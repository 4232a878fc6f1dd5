"""Parsers: one file per tool; text in, numbers out, and never a number that was not there.

Each parser module has `parse(text)`, which raises Unreadable, and KNOWN_BAD: outputs that
look like results and are none. One whose outputs people hand in has also TOOL, its name;
`recognises(text)`; and KNOWN_GOOD, from which the bad ones differ by one fault each. Its `parse`
(or `read`, where `parse` gives something of its own) makes a ToolOutput. A new parser is one new
file here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from podsys.errors import ExitCode, PodsysError
from podsys.model.output import ToolOutput


class Unreadable(Exception):  # noqa: N818 - it says what the output is
    """The tool's output holds no result; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def find_parsers() -> Iterator[ModuleType]:
    for entry in iter_modules(__path__):
        if not entry.name.startswith("_"):
            yield import_module(f"{__name__}.{entry.name}")


def find_tools() -> dict[str, ModuleType]:
    """The parsers of outputs that people hand in, by the tool's name."""
    return {parser.TOOL: parser for parser in find_parsers() if hasattr(parser, "TOOL")}


def read_output(parser: ModuleType, text: str) -> ToolOutput:
    """What the output says; refused unless its parser has been proved."""
    reason = find_flaw(parser)
    if reason:
        raise Unreadable(reason)
    found: ToolOutput = _reader(parser)(text)
    return found


def prove() -> int:
    """Every parser must refuse what is known to be bad before anybody trusts it.

    Returns how many outputs were refused.
    """
    parsers = list(find_parsers())
    for parser in parsers:
        reason = _prove(parser)
        if reason:
            hint = "nothing it says can be trusted: install podsys afresh, or report this"
            raise PodsysError(reason, hint, ExitCode.UNKNOWN)
    return sum(len(parser.KNOWN_BAD) for parser in parsers)


@cache
def find_flaw(parser: ModuleType) -> str:
    """Why this parser cannot be trusted; empty when it stood the proof. Made once, at first use."""
    return _prove(parser)


def _prove(parser: ModuleType) -> str:
    name = parser.__name__.rpartition(".")[2]
    for sample in parser.KNOWN_BAD:
        found = _believe(parser, sample)
        if found is not None:
            return f"the parser {name} read {found} from output known to be bad"
    good = getattr(parser, "KNOWN_GOOD", None)
    if good is not None and _believe(parser, good) is None:
        return f"the parser {name} refused output known to be good"
    return ""


def _believe(parser: ModuleType, sample: str) -> object | None:
    """What it takes for a sound result; None where it refuses or finds fault."""
    for reader in (parser.parse, _reader(parser)):
        try:
            found: object = reader(sample)
        except Unreadable:
            continue
        if not isinstance(found, ToolOutput) or found.is_sound:
            return found
    return None


def _reader(parser: ModuleType) -> Callable[[str], Any]:
    reader: Callable[[str], Any] = getattr(parser, "read", parser.parse)
    return reader
