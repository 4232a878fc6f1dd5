"""How a check ended, in podsys's words: only its own assertion can fail a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import podsys
from podsys.commands.check_marks import TIMES_USUAL, read_mark
from podsys.commands.check_session import CheckCluster
from podsys.core.check_lines import CheckOutcome
from podsys.effects.content import content_root
from podsys.model.status import Status

PODSYS = Path(podsys.__file__).parent


def announce(item: pytest.Item, cluster: CheckCluster) -> dict[str, Any]:
    """What will run, and how long it takes by its own account."""
    mark = read_mark(item)
    forecast = mark.forecast(cluster)
    about = {"check": mark.id, "suite": mark.suite, "nodes": nodes_of(item)}
    how = {"level": mark.level, "continues": mark.continues}
    return {**about, **how, **asdict(forecast)}


def share_limits(planned: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A check that runs once for each node: one of them may hang, the others are as usual.

    Otherwise the limit of a thousand nodes would be that of a thousand hanging ones.
    """
    seen: set[str] = set()
    shared = []
    for entry in planned:
        again = entry["check"] in seen
        most = min(entry["at_most_s"], TIMES_USUAL * entry["usual_s"])
        shared.append(entry | ({"at_most_s": most} if again else {}))
        seen.add(entry["check"])
    return shared


def nodes_of(item: pytest.Item) -> list[str]:
    callspec = getattr(item, "callspec", None)
    return [callspec.params["host"]] if callspec and "host" in callspec.params else []


def judge_call(item: pytest.Item, call: pytest.CallInfo[None]) -> CheckOutcome:
    mark = read_mark(item)
    status, evidence = Status.PASS, ""
    if call.excinfo:
        status, evidence = _explain(call.excinfo, call.when or "")
    return CheckOutcome(
        check=mark.id,
        suite=mark.suite,
        nodes=tuple(nodes_of(item)),
        status=status,
        evidence=evidence,
        remedy=mark.remedy,
        seconds=call.duration,
        measures=mark.measures,
    )


def _explain(found: pytest.ExceptionInfo[BaseException], when: str) -> tuple[Status, str]:
    """Only an assertion of the check itself can fail a node, not one of podsys's own code."""
    error = found.value
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    if isinstance(error, pytest.skip.Exception):
        return Status.SKIP, first
    own = _is_of_a_check(Path(found.traceback[-1].path))
    if when == "call" and own and isinstance(error, AssertionError | pytest.fail.Exception):
        return Status.FAIL, first
    return Status.UNKNOWN, f"the check could not tell: {first}"


def _is_of_a_check(file: Path) -> bool:
    """In a wheel the checks that podsys ships lie inside its package."""
    return PODSYS not in file.parents or content_root() / "checks" in file.parents


def judge_loading(collector: pytest.Collector, report: pytest.CollectReport) -> CheckOutcome:
    """A file that cannot be loaded holds checks that will not run."""
    said = (report.longreprtext.strip() or "no reason given").splitlines()
    suite = collector.path.parent.name
    name = f"{suite}.{collector.path.stem.removeprefix('test_')}"
    evidence = f"cannot be loaded: {said[-1].removeprefix('E').strip()}"
    return CheckOutcome(name, suite, (), Status.UNKNOWN, evidence)
