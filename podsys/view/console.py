"""Where people's output goes: results to stdout, progress and errors to stderr."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from podsys.errors import PodsysError
from podsys.model.problem import InputProblemsError, Problem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


@cache
def out() -> Console:
    """Results. rich is loaded here and not above: `podsys --help` must start at once."""
    return _make_console(stderr=False)


@cache
def err() -> Console:
    """Errors and progress."""
    return _make_console(stderr=True)


def _make_console(stderr: bool) -> Console:
    """Rich obeys NO_COLOR and drops colours when piped; nothing but podsys marks text up."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def print_json(document: object) -> None:
    """One JSON document on stdout, and nothing else."""
    import json
    import sys

    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def agree(question: str) -> bool:
    """Whether the answer is a yes: with Ctrl-D there is none."""
    import sys

    out().print(f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def print_error(error: PodsysError, *, as_json: bool = False) -> None:
    """What happened and what to do; with --json as the one document on stdout."""
    if as_json:
        print_json(describe_error(error))
        return
    if isinstance(error, InputProblemsError):
        print_problems(error.problems)
    else:
        err().print(_join(("error: ", "bold red"), (clean(error.message), "")), soft_wrap=True)
    _print_hint(error.hint)


def describe_error(error: PodsysError) -> dict[str, object]:
    problems = error.problems if isinstance(error, InputProblemsError) else ()
    return {
        "error": error.message,
        "hint": error.hint,
        "exit_code": int(error.exit_code),
        "problems": [asdict(problem) for problem in problems],
    }


def print_problems(problems: Iterable[Problem]) -> None:
    """Every problem with its place and what to write instead, all at once."""
    for problem in problems:
        place = clean(f"{problem.file}:{problem.line}: ")
        err().print(_join((place, "bold"), (clean(problem.message), "")), soft_wrap=True)
        _print_hint(problem.hint)


def _print_hint(hint: str) -> None:
    for line in hint.splitlines():
        err().print(_join(("  → ", "bold"), (clean(line), "")), soft_wrap=True)


def clean(text: str) -> str:
    """Without control characters: text from nodes must not steer the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char in "\n\t" or char.isprintable() else "�" for char in text)


def _join(*parts: tuple[str, str]) -> Text:
    from rich.text import Text

    return Text.assemble(*parts)
