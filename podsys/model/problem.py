"""One fault in a file that a person wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from podsys.errors import ExitCode, PodsysError


@dataclass(frozen=True, slots=True)
class Problem:
    """Where it is, what is wrong, what to write instead."""

    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class InputProblemsError(PodsysError):
    """All faults of a file at once; nothing was touched."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        many = len(problems)
        super().__init__(
            "\n".join(str(problem) for problem in problems),
            f"{many} problem{'s' if many > 1 else ''} found; nothing was changed",
            ExitCode.BAD_INPUT,
        )
        self.problems = tuple(problems)


def raise_problems(problems: Sequence[Problem]) -> None:
    """Nothing where there are none."""
    if problems:
        raise InputProblemsError(problems)
