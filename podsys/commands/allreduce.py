"""One allreduce over all nodes: start it, read it, turn it into measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from podsys.core.judge.collective import BUSBW, RANKS, WRONG
from podsys.core.launchers.mpirun import GRACE_S, MpiJob
from podsys.core.parsers import Unreadable
from podsys.core.parsers.allreduce import Allreduce, parse
from podsys.effects.mpirun import JobOutcome, run_job
from podsys.model.finding import Measurement
from podsys.model.spec import ClusterSpec

LIMIT_S = 120


def measure_allreduce(
    spec: ClusterSpec,
    known_hosts: Path,
    nodes: Sequence[str],
    program: str,
    check: str,
    keep: Callable[[str, str], str],
) -> list[Measurement]:
    """Three measurements, with a problem instead of a value when there is no result."""
    addresses = [spec.nodes[node].address for node in nodes]
    # The nodes' way to each other: OpenSSH's config is the admin node's alone.
    job = MpiJob(addresses, program, LIMIT_S, spec.ssh.user == "root", spec.ssh.port or 22)
    limit = LIMIT_S + 2 * GRACE_S
    outcome = run_job(spec.ssh, addresses[0], known_hosts, job.command(), limit)
    evidence = keep("allreduce.txt", outcome.stdout + outcome.stderr)
    try:
        found = _read(outcome)
    except Unreadable as error:
        return [
            Measurement(check, metric, tuple(nodes), None, "", evidence, error.reason)
            for metric in (RANKS, WRONG, BUSBW)
        ]
    return list(_as_measurements(found, check, tuple(nodes), outcome.seconds))


def _read(outcome: JobOutcome) -> Allreduce:
    """A job that ended badly gives no numbers, even if it printed some."""
    if outcome.error:
        raise Unreadable(outcome.error)
    if outcome.code:
        raise Unreadable(f"mpirun ended with code {outcome.code}: {_first_words(outcome.stderr)}")
    return parse(outcome.stdout)


def _first_words(text: str) -> str:
    """The first lines that say something; Open MPI frames its words and warns of trifles."""
    lines = (line.strip(" -\t") for line in text.splitlines())
    return " ".join([line for line in lines if line and "Warning: setpgid" not in line][:3])


def _as_measurements(
    found: Allreduce, check: str, nodes: tuple[str, ...], seconds: float
) -> Iterator[Measurement]:
    took = round(seconds, 2)
    sizes = ", ".join(f"{size.bytes >> 10} KiB {size.busbw_gbps:.3g}" for size in found.sizes)
    ranks = f"{found.ranks} ranks on {found.hosts} hosts"
    spread = float(min(found.ranks, found.hosts))
    yield Measurement(check, RANKS, nodes, spread, "ranks", ranks, seconds=took)
    checked = f"every element on every rank, {len(found.sizes)} sizes"
    yield Measurement(check, WRONG, nodes, float(found.wrong), "elements", checked, seconds=took)
    value, evidence = found.largest.busbw_gbps, f"busbw by size: {sizes}"
    yield Measurement(check, BUSBW, nodes, round(value, 4), "Gbit/s", evidence, seconds=took)
