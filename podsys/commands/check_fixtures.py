"""Fixtures for active checks: the cluster, connections to it, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from podsys.commands.check_marks import read_mark
from podsys.commands.check_session import CLUSTER, RECORDER, CheckCluster
from podsys.commands.check_tools import ToolRun, as_output
from podsys.commands.collectives import CollectiveRun
from podsys.commands.pair_forecast import Pace
from podsys.commands.pair_rounds import Meter, PairRounds
from podsys.core.judge.lines import JUDGED
from podsys.core.topology import leaves_of
from podsys.effects.ssh import Fleet
from podsys.model.finding import Measurement


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> CheckCluster:
    """The cluster under test; without --workspace there is none, and nothing to check."""
    found = pytestconfig.stash.get(CLUSTER, None)
    if found is None:
        raise pytest.UsageError("name the cluster: --workspace DIR")
    return found


@pytest.fixture(scope="session")
def fleet(cluster: CheckCluster, mark_commands: str) -> Iterator[Fleet]:
    """Connections to the nodes; both ends of every pair of a round can be held at once."""
    room = min(512, max(cluster.spec.ssh.fan_out, len(cluster.nodes)))
    ssh = cluster.spec.ssh.model_copy(update={"fan_out": room})
    with Fleet(ssh, cluster.spec.nodes, cluster.known_hosts, mark_commands) as found:
        yield found


@pytest.fixture(scope="session")
def mark_commands(pytestconfig: pytest.Config) -> str:
    """What every command on a node carries, so that what is left of it can be found and ended."""
    return str(pytestconfig.getoption("--mark-commands"))


@pytest.fixture
def record(request: pytest.FixtureRequest, cluster: CheckCluster) -> Callable[..., None]:
    """record(Measurement(...)): one number. What the check's mark promises in `measures` is
    judged against its baseline; any other number is kept, and the check's own word decides."""
    recorder, mark = request.config.stash[RECORDER], read_mark(request.node)

    def take(found: Measurement) -> None:
        promised = found.metric in mark.measures and found.metric not in JUDGED
        recorder.record(as_output(found, mark, cluster) if promised else found)

    return take


@pytest.fixture
def keep(pytestconfig: pytest.Config) -> Callable[[str, str], str]:
    """keep(name, text) stores raw output and says where it lies."""
    return pytestconfig.stash[RECORDER].keep


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """report(text): a line of progress for whoever is watching."""
    return pytestconfig.stash[RECORDER].say


@pytest.fixture
def measure_nodes(
    request: pytest.FixtureRequest,
    cluster: CheckCluster,
    fleet: Fleet,
    keep: Callable[[str, str], str],
    report: Callable[[str], None],
) -> ToolRun:
    """measure_nodes(TOOL) runs a tool on all nodes at once; its outputs are judged afterwards."""
    recorder = request.config.stash[RECORDER]
    return ToolRun(cluster, fleet, read_mark(request.node), recorder.record, keep, report)


@pytest.fixture
def run_collective(
    request: pytest.FixtureRequest,
    cluster: CheckCluster,
    mark_commands: str,
    keep: Callable[[str, str], str],
    report: Callable[[str], None],
) -> CollectiveRun:
    """run_collective(program, *words, limit_s=N): one rank on every node, by the launcher named."""
    recorder = request.config.stash[RECORDER]
    mark = read_mark(request.node)
    return CollectiveRun(cluster, mark, recorder.record, keep, report, mark_commands)


@pytest.fixture
def expect_pairs(pytestconfig: pytest.Config, check_id: str) -> Callable[..., None]:
    """expect_pairs(metric, rate, nodes, platforms): whom pairs of this metric are about, what a
    path has by its nominal rate, and the server model where all nodes are of one."""
    recorder = pytestconfig.stash[RECORDER]

    def write(
        metric: str, rate: float | None, nodes: Sequence[str], platforms: Sequence[str] = ()
    ) -> None:
        about = {"type": "expected", "check": check_id, "metric": metric}
        recorder.write({**about, "rate": rate, "nodes": nodes, "platforms": platforms})

    return write


@pytest.fixture
def progress(pytestconfig: pytest.Config, check_id: str) -> Callable[[float], None]:
    """progress(left_s): a long check says how many seconds it still needs."""
    recorder = pytestconfig.stash[RECORDER]
    return lambda left_s: recorder.write({"type": "left", "check": check_id, "left_s": left_s})


@pytest.fixture
def measure_pairs(
    cluster: CheckCluster,
    fleet: Fleet,
    record: Callable[..., None],
    report: Callable[[str], None],
    progress: Callable[[float], None],
    check_id: str,
) -> Callable[[Meter, Sequence[str], Pace], list[Measurement]]:
    """measure_pairs(meter, nodes, pace): in planned rounds, then again what those left in doubt."""

    def measure(meter: Meter, nodes: Sequence[str], pace: Pace) -> list[Measurement]:
        rounds = PairRounds(
            meter, fleet, nodes, pace, check_id.partition(".")[2], report,
            leaves_of(cluster.spec), record, progress, cluster.measured_before(check_id),
        )  # fmt: skip
        return rounds.measure(cluster.spec.accept.max_rounds)

    return measure


@pytest.fixture
def check_id(request: pytest.FixtureRequest) -> str:
    return read_mark(request.node).id
