"""Packages built before anything is changed: one node builds, the workspace keeps what came."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from podsys.commands.common import Cluster
from podsys.commands.context import Context
from podsys.commands.desired import Desired
from podsys.core.built import plan_builds
from podsys.effects.build import BuildFailedError, build_on, list_kept
from podsys.errors import ExitCode, PodsysError
from podsys.model.build import PlannedBuild
from podsys.model.plan import Plan
from podsys.view.numbers import count

LOOK_S = 0.5
TELL_S = 30.0


def with_builds(plan: Plan, desired: Desired, cluster: Cluster) -> Plan:
    """The plan, with what has to be built for it."""
    builds = desired.layout.builds
    kept = list_kept(cluster.workspace.packages) if builds else set()
    return replace(plan, builds=plan_builds(plan.changes, builds, kept))


def build_missing(context: Context) -> None:
    """Ends the run before any node is changed, when something cannot be built."""
    for planned in context.plan.builds:
        if planned.node:
            _build(context, planned)


def _build(context: Context, planned: PlannedBuild) -> None:
    """Nodes that build different things do so one after the other: it is done once."""
    build, node, folder = planned.build, planned.node, context.cluster.workspace.packages
    context.watch.stage(f"build {build.name} {build.version} on {node}")
    context.journal.write("build", node=node, package=build.pin, nodes=list(planned.nodes))
    started = time.monotonic()
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="build") as pool:
            file = _watch(context, pool.submit(build_on, context.fleet, node, build, folder))
    except BuildFailedError as error:
        log = context.run / f"build-{build.name}.log"
        log.write_text(f"{error.last}\n")
        context.journal.write("stopped", reason=f"{error.message}; its last lines: {log.name}")
        raise
    seconds = time.monotonic() - started
    size = file.stat().st_size / 2**20
    context.watch.say(f"{file.name}: {size:.1f} MiB in {seconds:.0f} s")


def _watch(context: Context, building: Future[Path]) -> Path:
    """Ctrl-C ends the wait; what the node still makes, nobody fetches."""
    started = told = time.monotonic()
    while not wait([building], LOOK_S).done:
        if context.stop.is_set():
            context.fleet.close()
            context.journal.write("stopped", reason="interrupted while a package was built")
            raise PodsysError("interrupted: nothing was changed", "", ExitCode.FAILED)
        if time.monotonic() - told > TELL_S:
            told = time.monotonic()
            context.watch.say(f"still building, {count(int(told - started), 'second')} so far")
    return building.result()
