"""The one way podsys says that something is wrong: what happened, and what to do."""

from __future__ import annotations

import errno
from enum import IntEnum

FULL = (errno.ENOSPC, errno.EDQUOT)


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


def explain_full_disk(error: Exception) -> PodsysError | None:
    """None where the reason is another: wherever podsys writes, it may be the last free byte."""
    if not isinstance(error, OSError) or error.errno not in FULL:
        return None
    where = f"{error.filename}: " if error.filename else ""
    return PodsysError(
        f"{where}no space left on this machine",
        "make room (df -h tells where), then run the same command again: it goes on from there",
        ExitCode.FAILED,
    )
