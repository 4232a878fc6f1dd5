"""pytest plugin for active checks: `pytest checks/network --workspace demo`.

A check is an ordinary test. A broken assertion is a failure; anything else that goes wrong
means that the check could not tell, which is unknown. Numbers go to `record`, and are judged
against baselines afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from podsys.commands.check_fixtures import (
    check_id,
    cluster,
    expect_pairs,
    fleet,
    keep,
    mark_commands,
    measure_nodes,
    measure_pairs,
    progress,
    record,
    report,
    run_collective,
)
from podsys.commands.check_host import host
from podsys.commands.check_lifeline import end_with_parent
from podsys.commands.check_limits import limit_check
from podsys.commands.check_marks import read_mark
from podsys.commands.check_outcomes import (
    announce,
    judge_call,
    judge_loading,
    nodes_of,
    share_limits,
)
from podsys.commands.check_session import CLUSTER, RECORDER, Recorder, open_cluster
from podsys.commands.check_summary import show_summary
from podsys.core.check_lines import read_outcomes
from podsys.core.judge import ActiveVerdict, judge_lines
from podsys.core.parsers import prove
from podsys.core.topology import fabric_of
from podsys.effects.check_file import read_lines
from podsys.errors import PodsysError
from podsys.model.status import Status

# Fixtures are found by name in this module.
__all__ = [
    "check_id", "cluster", "expect_pairs", "fleet", "host", "keep", "mark_commands",
    "measure_nodes", "measure_pairs", "progress", "record", "report", "run_collective",
]  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("podsys", "podsys active checks")
    group.addoption("--workspace", metavar="DIR", help="workspace that podsys init made")
    group.addoption("--nodes", metavar="NODES", help="only these, e.g. n[001-004]")
    group.addoption("--findings", metavar="FILE", help="write JSON lines there")
    group.addoption("--level", type=int, default=4, help="run checks up to this level (1 to 4)")
    group.addoption("--line-rate", type=float, metavar="GBPS", help="nominal rate of one link")
    group.addoption("--carried", metavar="FILE", help="lines of an earlier run that still hold")
    group.addoption("--lifeline", type=int, metavar="FD", help="closes when the caller is gone")
    group.addoption("--mark-commands", metavar="MARK", default="", help="to find them on nodes by")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "check(id, level, suite, remedy, measures, takes): an active check of podsys"
    )
    if not config.getoption("--workspace"):
        return
    if config.getoption("--lifeline") is not None:
        end_with_parent(config.getoption("--lifeline"))
    prove()
    carried = read_lines(Path(config.getoption("--carried") or os.devnull))
    try:
        config.stash[CLUSTER] = open_cluster(
            Path(config.getoption("--workspace")),
            config.getoption("--nodes"),
            config.getoption("--line-rate"),
            carried,
        )
    except PodsysError as error:
        raise pytest.UsageError(f"{error.message} ({error.hint})") from error
    findings = config.getoption("--findings")
    recorder = Recorder(Path(findings) if findings else None, _speaker(config))
    config.stash[RECORDER] = recorder
    for line in carried:
        recorder.write(line)


def _speaker(config: pytest.Config) -> Callable[[str], None]:
    def speak(text: str) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        capture = config.pluginmanager.get_plugin("capturemanager")
        if reporter and capture:
            with capture.global_and_fixture_disabled():
                reporter.ensure_newline()
                reporter.write_line(f"podsys: {text}", flush=True)

    return speak


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A check that asks for `host` runs once for each node."""
    cluster = metafunc.config.stash.get(CLUSTER, None)
    if cluster and "host" in metafunc.fixturenames:
        metafunc.parametrize("host", cluster.nodes, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Cheap levels first, and nothing above the level asked for."""
    if RECORDER not in config.stash:
        return
    highest, known = config.getoption("--level"), _answered_before(config)
    wanted = [
        item
        for item in items
        if read_mark(item).level <= highest
        and (read_mark(item).id, tuple(nodes_of(item))) not in known
    ]
    chosen = {id(item) for item in wanted}
    left_out = [item for item in items if id(item) not in chosen]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(wanted, key=lambda item: read_mark(item).level)


def _answered_before(config: pytest.Config) -> set[tuple[str, tuple[str, ...]]]:
    """Checks whose outcome of an earlier run still holds."""
    return {(one.check, one.nodes) for one in read_outcomes(config.stash[CLUSTER].carried)}


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that cannot be loaded is unknown by its name, and the rest goes on."""
    report = yield
    recorder = collector.config.stash.get(RECORDER, None)
    if recorder and report.failed:
        recorder.record(judge_loading(collector, report))
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """What will run is announced, so that what did not run can be missed."""
    recorder = session.config.stash.get(RECORDER, None)
    if recorder:
        cluster = session.config.stash[CLUSTER]
        planned = share_limits([announce(item, cluster) for item in session.items])
        recorder.write({"type": "started", "planned": planned})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Which check is at work is told when another one begins."""
    recorder = item.config.stash.get(RECORDER, None)
    if recorder and recorder.at_work != (name := read_mark(item).id):
        recorder.at_work = name
        recorder.write({"type": "begins", "check": name})
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    with limit_check(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    with limit_check(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    recorder = item.config.stash.get(RECORDER, None)
    if recorder and (call.when == "call" or call.excinfo):
        recorder.record(judge_call(item, call))
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The closing line proves that the run came to its end."""
    recorder = session.config.stash.get(RECORDER, None)
    if recorder is None:
        return
    if exitstatus != pytest.ExitCode.INTERRUPTED:
        recorder.write({"type": "finished", "exit": int(exitstatus)})
    bad = {Status.FAIL, Status.UNKNOWN}
    if exitstatus == pytest.ExitCode.OK and any(f.status in bad for f in _judge(session).findings):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if RECORDER in config.stash and not config.getoption("--findings"):
        show_summary(terminalreporter, _judge(terminalreporter))


def _judge(owner: Any) -> ActiveVerdict:
    cluster, recorder = owner.config.stash[CLUSTER], owner.config.stash[RECORDER]
    fabric = fabric_of(cluster.spec)
    rate = cluster.line_rate_gbps
    bounds = cluster.whole.catalog.bounds
    return judge_lines(recorder.lines, cluster.baselines, rate, cluster.nodes, fabric, bounds)
