"""The one way podsys says that something is wrong: what happened, and what to do."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes, the same for every command."""

    GOOD = 0
    FAILED = 1
    BAD_INPUT = 2
    UNKNOWN = 3


class PodsysError(Exception):
    """An error for people: `message` says what and where, `hint` says what to do."""

    def __init__(
        self, message: str, hint: str = "", exit_code: ExitCode = ExitCode.BAD_INPUT
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
