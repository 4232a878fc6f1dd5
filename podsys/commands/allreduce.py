"""One allreduce over all nodes; where it fails, over fewer, until who makes it fail is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, isclose, log2

from podsys.commands.check_session import CheckCluster
from podsys.commands.collective import ROLL_S, Collective, Trial, limit_of
from podsys.core.judge.collective import BUSBW, CULPRIT, FLICKER, RANKS, WRONG
from podsys.core.launchers.ranks import overhead_of
from podsys.core.locate.split import Split, split_group
from podsys.core.parsers.allreduce import Allreduce
from podsys.model.finding import Measurement
from podsys.model.forecast import Forecast
from podsys.model.nodeset import fold

USUAL_S, USUAL_PER_NODE_S = 4.0, 0.1
# A collective that is slow is repeated so often, unless it is slow twice alike.
SLOW_AGAIN, ALIKE = 2, 0.2


def count_tests(nodes: int) -> int:
    """Smaller collectives that may be spent on a failed one: enough for a culprit or two."""
    return 2 * ceil(log2(max(2, nodes))) + 2


def forecast(cluster: CheckCluster) -> Forecast:
    nodes = len(cluster.nodes)
    tests = count_tests(nodes)
    text = f"all {nodes} nodes at once; should that fail, at most {tests} smaller ones tell who"
    job_s = limit_of(nodes) + overhead_of(cluster.spec.accept.launcher)
    at_most = (3 + SLOW_AGAIN + tests) * job_s + 3 * ROLL_S
    return Forecast(USUAL_S + USUAL_PER_NODE_S * nodes, at_most, text)


def floor_of(cluster: CheckCluster) -> float:
    """Gbit/s that this cluster's bus bandwidth must reach; 0 where nobody knows."""
    baseline = cluster.baselines.get(BUSBW)
    share = baseline.floor_of_line_rate if baseline else None
    return share * cluster.line_rate_gbps if share and cluster.line_rate_gbps else 0.0


def measure_allreduce(job: Collective, nodes: Sequence[str]) -> Iterator[Measurement]:
    """Numbers of the largest group that works, and a measurement for everybody who is not in it."""
    silent = job.find_silent(nodes)
    left = [node for node in nodes if node not in silent]
    if len(left) > 1 and job.run(left).failed:
        gone = job.find_silent(left)
        silent |= gone
        left = [node for node in left if node not in gone]
        split = Split()
        if not gone:
            split = split_group(left, job.fails, max_tests=count_tests(len(left)))
            left = [node for node in left if node not in split.culprits]
        if len(left) > 1 and (gone or split.culprits or split.together):
            job.run(left)
        yield from _name_culprits(job, split)
    yield from _repeat_slow(job, left)
    yield from _name_silent(job, silent)
    yield from _as_measurements(job, tuple(nodes), tuple(left))


def _repeat_slow(job: Collective, nodes: Sequence[str]) -> Iterator[Measurement]:
    """A slow one is measured again; one that was slow and then was not is kept as that."""
    slow: list[Trial] = []
    while len(slow) < SLOW_AGAIN and job.trials and job.is_slow(job.trials[-1]):
        if slow and isclose(slow[-1].gbps, job.trials[-1].gbps, rel_tol=ALIKE):
            break
        slow.append(job.trials[-1])
        job.report("allreduce: again, because it was slow")
        job.run(nodes)
    last = job.trials[-1] if job.trials else None
    if slow and last and last.passed and not job.is_slow(last):
        rates = ", ".join(f"{one.gbps:.3g}" for one in slow)
        text = f"intermittent: {rates} Gbit/s, and {last.gbps:.3g} when repeated"
        yield replace(_culprit(job, tuple(nodes), float(len(slow)), text), metric=FLICKER)


def _name_silent(job: Collective, silent: Mapping[str, str]) -> Iterator[Measurement]:
    for node, reason in silent.items():
        failed = sum(trial.failed and node in trial.nodes for trial in job.trials)
        text = f"left out, because it does not answer: {reason}"
        yield _culprit(job, (node,), float(failed) if failed else None, text, lost=(node,))


def _name_culprits(job: Collective, split: Split) -> Iterator[Measurement]:
    """Each node, or group that fails only together, and whoever could not be cleared."""
    for group in (*((one,) for one in split.culprits), *split.together):
        failed = [t for t in job.trials if t.failed and {*group} <= {*t.nodes}]
        passed = [t for t in job.trials if t.passed and not {*group} <= {*t.nodes}]
        why = next((t.problem for t in reversed(failed) if t.problem), "wrong elements")
        if any(t.passed and {*group} <= {*t.nodes} for t in job.trials):
            evidence = f"intermittent: {len(failed)} failed, and it ran when repeated; {why}"
            yield replace(_culprit(job, group, float(len(failed)), evidence), metric=FLICKER)
            continue
        names = " and ".join(group)
        evidence = f"{len(failed)} collectives with {names} failed, {len(passed)} without ran well"
        yield _culprit(job, group, float(len(failed)), f"{evidence}; {why}")
    for group in split.untold:
        problem = f"among them is who makes it fail: {split.tests} smaller ones left it open"
        yield _culprit(job, group, None, problem)


def _culprit(
    job: Collective,
    nodes: tuple[str, ...],
    value: float | None,
    text: str,
    lost: tuple[str, ...] = (),
) -> Measurement:
    return Measurement(job.check, CULPRIT, nodes, value, "collectives", problem=text, lost=lost)


def _as_measurements(
    job: Collective, nodes: tuple[str, ...], left: tuple[str, ...]
) -> Iterable[Measurement]:
    """Three numbers of the last trial over those who are left, or three times the reason."""
    trial = next((one for one in reversed(job.trials) if one.nodes == left), None)
    if trial is None or trial.found is None:
        reason = trial.problem if trial else "fewer than two nodes are left to exchange anything"
        where = trial.evidence if trial else ""
        return [
            Measurement(job.check, metric, nodes, None, "", where, reason)
            for metric in (RANKS, WRONG, BUSBW)
        ]
    return list(_as_numbers(job.check, trial, trial.found, nodes))


def _as_numbers(
    check: str, trial: Trial, found: Allreduce, wanted: Sequence[str]
) -> Iterator[Measurement]:
    took = round(trial.seconds, 2)
    sizes = ", ".join(f"{size.bytes >> 10} KiB {size.busbw_gbps:.3g}" for size in found.sizes)
    ranks = f"{found.ranks} ranks on {found.hosts} hosts"
    without = [node for node in wanted if node not in trial.nodes]
    if without:
        ranks += f": it runs only without {fold(without)}"
    spread = float(min(found.ranks, found.hosts))
    yield Measurement(check, RANKS, trial.nodes, spread, "ranks", ranks, seconds=took)
    checked = f"every element on every rank, {len(found.sizes)} sizes"
    wrong = float(found.wrong)
    yield Measurement(check, WRONG, trial.nodes, wrong, "elements", checked, seconds=took)
    value, evidence = found.largest.busbw_gbps, f"busbw by size: {sizes}"
    yield Measurement(check, BUSBW, trial.nodes, round(value, 4), "Gbit/s", evidence, seconds=took)
