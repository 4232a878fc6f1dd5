"""pytest plugin for active checks: `pytest checks/network --workspace demo`.

A check is an ordinary test. A broken assertion is a failure; anything else that goes wrong
means that the check could not tell, which is unknown. Numbers go to `record`, and are judged
against baselines afterwards.
"""

from __future__ import annotations

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
    measure_nodes,
    record,
    report,
    run_collective,
)
from podsys.commands.check_host import host
from podsys.commands.check_marks import read_mark
from podsys.commands.check_outcomes import announce, judge_call, judge_loading
from podsys.commands.check_session import CLUSTER, RECORDER, Recorder, open_cluster
from podsys.commands.check_summary import show_summary
from podsys.core.judge import ActiveVerdict, judge_lines
from podsys.core.parsers import prove
from podsys.core.topology import fabric_of
from podsys.errors import PodsysError
from podsys.model.status import Status

# Fixtures are found by name in this module.
__all__ = [
    "check_id", "cluster", "expect_pairs", "fleet", "host", "keep", "measure_nodes", "record",
    "report", "run_collective",
]  # fmt: skip

SAY_PREFIX = "podsys: "


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("podsys", "podsys active checks")
    group.addoption("--workspace", metavar="DIR", help="workspace that podsys init made")
    group.addoption("--nodes", metavar="NODES", help="only these, e.g. n[001-004]")
    group.addoption("--findings", metavar="FILE", help="write JSON lines there")
    group.addoption("--level", type=int, default=4, help="run checks up to this level (1 to 4)")
    group.addoption("--line-rate", type=float, metavar="GBPS", help="nominal rate of one link")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "check(id, level, suite, remedy, measures): an active check of podsys"
    )
    if not config.getoption("--workspace"):
        return
    prove()
    try:
        config.stash[CLUSTER] = open_cluster(
            Path(config.getoption("--workspace")),
            config.getoption("--nodes"),
            config.getoption("--line-rate"),
        )
    except PodsysError as error:
        raise pytest.UsageError(f"{error.message} ({error.hint})") from error
    findings = config.getoption("--findings")
    config.stash[RECORDER] = Recorder(Path(findings) if findings else None, _speaker(config))


def _speaker(config: pytest.Config) -> Callable[[str], None]:
    def say(text: str) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        capture = config.pluginmanager.get_plugin("capturemanager")
        if reporter and capture:
            with capture.global_and_fixture_disabled():
                reporter.ensure_newline()
                reporter.write_line(SAY_PREFIX + text, flush=True)

    return say


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A check that asks for `host` runs once for each node."""
    cluster = metafunc.config.stash.get(CLUSTER, None)
    if cluster and "host" in metafunc.fixturenames:
        metafunc.parametrize("host", cluster.nodes, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Cheap levels first, and nothing above the level asked for."""
    if RECORDER not in config.stash:
        return
    highest = config.getoption("--level")
    left_out = [item for item in items if read_mark(item).level > highest]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    wanted = [item for item in items if read_mark(item).level <= highest]
    items[:] = sorted(wanted, key=lambda item: read_mark(item).level)


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
        planned = [announce(item) for item in session.items]
        recorder.write({"type": "started", "planned": planned})


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
