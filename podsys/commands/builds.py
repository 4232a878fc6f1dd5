"""Packages built before anything is changed: one node builds, the workspace keeps what came."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from podsys.commands.common import Cluster
from podsys.commands.context import Context
from podsys.commands.desired import Desired
from podsys.commands.offline import load_offline
from podsys.core.apt_words import explain_apt
from podsys.core.built import plan_builds
from podsys.core.built_parts import find_download
from podsys.core.plan import without_build
from podsys.effects.build import BuildFailedError, build_on, list_kept
from podsys.effects.sources import keep_sources, take_from_bundle
from podsys.errors import ExitCode, PodsysError, explain_full_disk
from podsys.model.build import Build, PlannedBuild
from podsys.model.finding import Finding
from podsys.model.plan import Plan
from podsys.model.status import Status
from podsys.view.numbers import count

LOOK_S = 0.5
TELL_S = 30.0


def with_builds(plan: Plan, desired: Desired, cluster: Cluster) -> Plan:
    """The plan, with what has to be built for it."""
    builds = desired.layout.builds
    kept = list_kept(cluster.workspace.packages) if builds else set()
    return replace(plan, builds=plan_builds(plan.changes, builds, kept))


def build_missing(context: Context) -> None:
    """Before any node is changed. A driver that cannot be built ends the run; a part beside it
    does not: nodes go without it, and are not certified."""
    for planned in [one for one in context.plan.builds if one.node]:
        try:
            _build(context, planned, _find_sources(context, planned.build))
        except (PodsysError, OSError) as error:
            failed = explain_full_disk(error) or error
            if planned.build.replaces or context.stop.is_set():
                context.journal.write("stopped", reason=str(failed))
                raise
            _go_without(context, planned, failed)


def _find_sources(context: Context, build: Build) -> Path | None:
    """None for a build whose node has them in its archives."""
    wanted, cluster = find_download(build), context.cluster
    if wanted is None:
        return None
    packages = cluster.workspace.packages
    if offline := load_offline(cluster.workspace, cluster.spec):
        take_from_bundle(packages, offline.file, offline.manifest, [wanted])
    context.watch.stage(f"fetch the sources of {build.name}")
    return keep_sources(packages, wanted)


def _go_without(context: Context, planned: PlannedBuild, error: Exception) -> None:
    """All of it but this package; what it was wanted for is a finding."""
    name, reason = planned.build.name, str(error)
    remedy = error.hint if isinstance(error, PodsysError) else ""
    finding = Finding(
        "build.part", "apply", planned.nodes, Status.FAIL,
        expected=planned.build.pin, evidence=reason, remedy=remedy,
    )  # fmt: skip
    context.applied.unbuilt.append(finding)
    context.journal.write("unbuilt", package=planned.build.pin, reason=reason)
    context.watch.say(f"{name} is not built, and nodes go without it: {reason}")
    desired = context.desired
    context.plan = without_build(context.plan, planned, desired.role_order)
    builds = {
        node: tuple(one for one in builds if one != planned.build)
        for node, builds in desired.layout.builds.items()
    }
    context.desired = replace(desired, layout=replace(desired.layout, builds=builds))


def _build(context: Context, planned: PlannedBuild, sources: Path | None) -> None:
    """Nodes that build different things do so one after the other: it is done once."""
    build, node, folder = planned.build, planned.node, context.cluster.workspace.packages
    context.watch.stage(f"build {build.name} {build.version} on {node}")
    context.journal.write("build", node=node, package=build.pin, nodes=list(planned.nodes))
    started = time.monotonic()
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="build") as pool:
            building = pool.submit(build_on, context.fleet, node, build, folder, sources)
            file = _watch(context, building)
    except BuildFailedError as error:
        (context.run / f"build-{build.name}.log").write_text(f"{error.last}\n")
        if meaning := explain_apt(error.message):
            error.hint = f"{meaning}. {error.hint}"
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
            raise PodsysError(
                "interrupted while a package was built: nothing was changed", "", ExitCode.FAILED
            )
        if time.monotonic() - told > TELL_S:
            told = time.monotonic()
            context.watch.say(f"still building, {count(int(told - started), 'second')} so far")
    return building.result()
