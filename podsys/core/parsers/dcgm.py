"""dcgmi diag: its JSON of versions 3 and 4, and its tables. Skip is not pass.

The docs promise no schema, so an unknown one is named, not guessed at. Version 4 puts failures
under each entity, where a reader of version 3 sees none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._dcgm_text import WORDS, read_result, read_table, worse
from podsys.core.parsers._strict import read_json
from podsys.model.output import Outcome, ToolOutput
from podsys.model.status import Status

TOOL = "dcgm"
ROOTS = ("DCGM Diagnostic", "DCGM GPU Diagnostic")
_TITLE = "| Diagnostic "


def recognises(text: str) -> bool:
    if text.lstrip().startswith("{"):
        return any(f'"{root}"' in text for root in ROOTS) or '"test_categories"' in text
    return _TITLE in text or "Successfully ran diagnostic for group" in text


def parse(text: str) -> ToolOutput:
    if not text.strip():
        raise Unreadable("dcgmi wrote nothing")
    if not text.lstrip().startswith("{"):
        return read_table(text, TOOL)
    found = [_read_document(document) for document in _split(text)]
    return ToolOutput(
        tool=TOOL,
        version=found[0].version,
        outcomes=tuple(outcome for one in found for outcome in one.outcomes),
        faults=tuple(fault for one in found for fault in one.faults),
        gaps=tuple(gap for one in found for gap in one.gaps),
    )


def _split(text: str) -> list[dict[str, Any]]:
    """One document, or one on each line: a file of several runs."""
    try:
        return [read_json(text, "dcgmi")]
    except Unreadable:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise
        return [read_json(line, "dcgmi") for line in lines]


def _read_document(document: dict[str, Any]) -> ToolOutput:
    root = next((name for name in ROOTS if isinstance(document.get(name), dict)), None)
    if root is None:
        names = ", ".join(sorted(map(str, document)))[:120]
        raise Unreadable(f"the schema is not known: it has {names or 'nothing'}")
    diagnostic = document[root]
    faults = [f"runtime error: {diagnostic[key]}"[:300] for key in _errors(diagnostic)]
    categories = diagnostic.get("test_categories")
    if not isinstance(categories, list):
        if faults:
            return ToolOutput(tool=TOOL, faults=tuple(faults))
        raise Unreadable("the schema is not known: no test_categories")
    outcomes = tuple(outcome for one in categories for outcome in _read_category(one))
    gaps = () if outcomes else ("no test was run",)
    return ToolOutput(
        tool=TOOL, version=_find_version(document, diagnostic), outcomes=outcomes,
        faults=tuple(faults), gaps=gaps,
    )  # fmt: skip


def _errors(diagnostic: dict[str, Any]) -> list[str]:
    return [key for key in ("runtime_error", "error") if diagnostic.get(key)]


def _find_version(document: dict[str, Any], diagnostic: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    if isinstance(metadata, dict) and metadata.get("version"):
        return str(metadata["version"])
    return str(diagnostic.get("version", ""))


def _read_category(category: Any) -> Iterator[Outcome]:
    tests = category.get("tests") if isinstance(category, dict) else None
    if not isinstance(tests, list) or not tests:
        raise Unreadable("the schema is not known: a category without tests")
    for test in tests:
        yield _read_test(test)


def _read_test(test: Any) -> Outcome:
    """The worst of its entities and of its summary: one failing GPU fails the test."""
    if not isinstance(test, dict) or not isinstance(test.get("name"), str):
        raise Unreadable("the schema is not known: a test without a name")
    name, results = test["name"], test.get("results")
    if not isinstance(results, list):
        raise Unreadable(f"the schema is not known: {name} without results")
    outcome = read_result(name, _summary(test, results))
    status, notes = outcome.status, [outcome.evidence]
    for result in results:
        if not isinstance(result, dict):
            raise Unreadable(f"the schema is not known: a result of {name} is no object")
        word = str(result.get("status", "no status"))
        found = WORDS.get(word.strip().lower(), Status.UNKNOWN)
        if _has_warnings(result):
            found = worse(found, Status.WARN)
        status = worse(status, found)
        if found is not Status.PASS:
            notes.append(_describe(result, word))
    return Outcome(outcome.name, status, "; ".join(dict.fromkeys(notes))[:600])


def _summary(test: dict[str, Any], results: list[Any]) -> str:
    """Version 4 has one; in version 3 the results say it."""
    summary = test.get("test_summary")
    if isinstance(summary, dict):
        return str(summary.get("status", "no status"))
    return str(results[0].get("status", "no status")) if results and _is(results[0]) else ""


def _is(result: Any) -> bool:
    return isinstance(result, dict)


def _has_warnings(result: dict[str, Any]) -> bool:
    return bool(result.get("warnings"))


def _describe(result: dict[str, Any], word: str) -> str:
    entity = result.get("entity_id", result.get("gpu_id", result.get("gpu_ids", "")))
    group = result.get("entity_group", "gpu")
    warnings = result.get("warnings")
    texts = (
        [_text(one) for one in warnings] if isinstance(warnings, list) else [str(warnings or "")]
    )
    where = f"{group} {entity} " if entity != "" else ""
    return f"{where}{word}: {'; '.join(text for text in texts if text)}".rstrip(": ")


def _text(warning: Any) -> str:
    return str(warning.get("warning", "")) if isinstance(warning, dict) else str(warning)


_PASS = {"entity_group": "GPU", "entity_group_id": 1, "entity_id": 0, "status": "Pass"}
_TEST = {"name": "memory", "results": [_PASS], "test_summary": {"status": "Pass"}}


def _document(*tests: object, root: str = ROOTS[0], **more: object) -> str:
    categories = [{"category": "Hardware", "tests": list(tests)}]
    return json.dumps({root: {"test_categories": categories} | more})


KNOWN_GOOD = _document(_TEST)
_FAILED = _PASS | {"entity_id": 1, "status": "Fail", "warnings": [{"warning": "bad cells"}]}
_TABLE = """\
+---------------------------+------------------------------------------------+
| Diagnostic                | Result                                         |
+===========================+================================================+
|-----  Deployment  --------+------------------------------------------------|
| software                  | Pass                                           |
|                           | GPU0: Pass                                     |
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[:-1],
    _document(_TEST | {"results": [_PASS, _FAILED]}),
    _document(_TEST | {"results": [_PASS, _FAILED]}, root=ROOTS[1]),
    _document(_TEST | {"results": [_PASS | {"status": "Skip"}]}),
    _document(_TEST | {"test_summary": {"status": "Skip"}}),
    _document(_TEST | {"test_summary": {"status": "Fine"}}),
    _document(_TEST | {"results": [], "test_summary": {}}),
    _document(_TEST, root="DCGM Report"),
    _document(_TEST, runtime_error="could not start"),
    '{"DCGM Diagnostic": {"test_categories": []}}',
    _TABLE,
    _TABLE + "|                           | GPU1: Fail                                     |\n"
    "+---------------------------+------------------------------------------------+\n",
    _TABLE + "| memory                    | Skip                                           |\n"
    "+---------------------------+------------------------------------------------+\n",
    _TABLE + "| Inforom                   | Fail                                           |\n"
    "+---------------------------+------------------------------------------------+\n",
)
