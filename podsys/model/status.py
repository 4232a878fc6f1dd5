"""The five words podsys judges with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """`unknown` means: should have been measured and was not. It never certifies."""

    PASS = "pass"  # noqa: S105 - a word of judging, not a secret
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"

    # Equal to its word, so it must be found where its word is; and Enum's own is slow.
    __hash__ = str.__hash__


# What blocks training comes first.
SEVERITY = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIP)


class Verdict(StrEnum):
    """What a certificate says of a node or of the cluster."""

    CERTIFIED = "certified"
    FAILED = "failed"
    UNKNOWN = "unknown"


def judge_all(statuses: Iterable[Status]) -> Verdict:
    """One failure fails; a missing measurement, or no measurement at all, is unknown."""
    seen = set(statuses)
    if Status.FAIL in seen:
        return Verdict.FAILED
    if Status.UNKNOWN in seen or Status.PASS not in seen:
        return Verdict.UNKNOWN
    return Verdict.CERTIFIED
