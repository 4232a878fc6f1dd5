"""The table that dcgmi diag prints: rows of `| name | result |`, details in rows below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import split_lines
from podsys.model.output import Outcome, ToolOutput
from podsys.model.status import Status

WORDS = {
    "pass": Status.PASS,
    "fail": Status.FAIL,
    "warn": Status.WARN,
    "skip": Status.UNKNOWN,
    "not run": Status.UNKNOWN,
}
_ROW = re.compile(r"\|(?P<name>.{1,60}?)\|(?P<value>.{0,400})\|?\s*")
_ENTITY = re.compile(r"([A-Za-z]+ ?[0-9]+): (.+)")
_ENTITY_LIST = re.compile(r"(.+?)\s*-\s*(?:GPUs?|All).*")
# Rows of these names tell more of the test above them: "Warning", "Warning: GPU0"; not "Inforom".
_NOTE = re.compile(r"(Warning|Error|Info)\b.*")


def read_table(text: str, tool: str) -> ToolOutput:
    lines = split_lines(text)
    starts = [n for n, line in enumerate(lines) if line.startswith("| Diagnostic ")]
    if not starts:
        raise Unreadable("no table of dcgmi diag in the output")
    outcomes: list[Outcome] = []
    gaps: list[str] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        body = lines[start + 1 : end]
        outcomes += _read_rows(body)
        if not _is_closed(body):
            gaps.append("the table is cut: its last line is missing")
    if not outcomes:
        gaps.append("the table names no test")
    return ToolOutput(
        tool=tool,
        version=_find_version(lines),
        outcomes=tuple(outcomes),
        faults=_find_errors(lines),
        gaps=tuple(gaps),
    )


def _is_closed(body: Sequence[str]) -> bool:
    """The table ends with a rule, and the rule ends with its line."""
    rows = [n for n, line in enumerate(body) if line.startswith(("|", "+"))]
    if not rows:
        return False
    last = rows[-1]
    return bool(re.fullmatch(r"\+-+\+-+\+\s*", body[last])) and last + 1 < len(body)


def _find_version(lines: Sequence[str]) -> str:
    for line in lines:
        if line.startswith("| DCGM Version"):
            return line.split("|")[2].strip()
    return ""


def _find_errors(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip()[:200] for line in lines if re.search(r"\bERROR\b \[", line))[:3]


def _read_rows(body: Sequence[str]) -> list[Outcome]:
    """A row without a name tells more of the test above it: results of others, or a reason."""
    outcomes: list[Outcome] = []
    category = ""
    for line in body:
        if line.startswith(("+", "|---")):
            category = line.strip("+-| ").split("  ")[0].strip("- ") or category
            continue
        row = _ROW.fullmatch(line)
        if not row or category == "Metadata":
            continue
        name, value = row["name"].strip(), row["value"].strip().rstrip("|").strip()
        note = _NOTE.fullmatch(name)
        if name and not note:
            outcomes.append(read_result(name, value))
        elif outcomes:
            outcomes[-1] = _add(outcomes[-1], value, note[1] if note else "")
    return outcomes


def read_result(name: str, word: str) -> Outcome:
    """Skip is no pass, and a word nobody knows is none either."""
    plain = word.strip()
    status = _read_word(plain)
    if status is None:
        return Outcome(_slug(name), Status.UNKNOWN, f"{name}: {plain[:80] or 'no result'}")
    return Outcome(_slug(name), status, f"{name}: {plain}")


def _read_word(text: str) -> Status | None:
    """`Fail`, `Fail - All`, `Fail - GPUs: 2, 5`."""
    listed = _ENTITY_LIST.fullmatch(text)
    return WORDS.get((listed[1] if listed else text).strip().lower())


def _add(outcome: Outcome, value: str, note: str) -> Outcome:
    """Version 3 lists who passed beside the test's name, and who did not in rows below it.

    A test that passed and has something to warn of is as doubtful here as it is in JSON.
    """
    entity = _ENTITY.fullmatch(value)
    status = worse(outcome.status, _read_word(value) or Status.PASS)
    if note in ("Warning", "Error"):
        status = worse(status, Status.WARN)
    if entity and entity[1].upper().startswith(("GPU", "CPU")):
        found = WORDS.get(entity[2].strip().lower(), Status.UNKNOWN)
        status = worse(status, found)
        if found is Status.PASS:
            return Outcome(outcome.name, status, outcome.evidence)
    text = f"{outcome.evidence}; {value}" if value else outcome.evidence
    return Outcome(outcome.name, status, text[:400])


def worse(one: Status, other: Status) -> Status:
    order = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS)
    return min(one, other, key=order.index)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "test"
