"""Parsers: one file per tool; text in, numbers out, and never a number that was not there.

Each parser module has `parse(text)`, which raises Unreadable, and KNOWN_BAD: outputs that
look like results and are none. A new parser is one new file here.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from podsys.errors import ExitCode, PodsysError


class Unreadable(Exception):  # noqa: N818 - it says what the output is
    """The tool's output holds no result; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def find_parsers() -> Iterator[ModuleType]:
    for entry in iter_modules(__path__):
        if not entry.name.startswith("_"):
            yield import_module(f"{__name__}.{entry.name}")


def prove() -> int:
    """Every parser must refuse what is known to be bad before anybody trusts it.

    Returns how many outputs were refused.
    """
    refused = 0
    for parser in find_parsers():
        for sample in parser.KNOWN_BAD:
            _demand_refusal(parser, sample)
            refused += 1
    return refused


def _demand_refusal(parser: ModuleType, sample: str) -> None:
    try:
        result = parser.parse(sample)
    except Unreadable:
        return
    name = parser.__name__.rpartition(".")[2]
    raise PodsysError(
        f"the parser {name} read {result} from output known to be bad",
        "nothing it says can be trusted: install podsys afresh, or report this",
        ExitCode.UNKNOWN,
    )
