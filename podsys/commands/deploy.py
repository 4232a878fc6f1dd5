"""podsys deploy: probe, plan, apply, reboot, probe again, certify."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from podsys.commands.accept import plan_measuring
from podsys.commands.apply import Rollout
from podsys.commands.builds import build_missing, with_builds
from podsys.commands.certify import EXIT_CODES, certify
from podsys.commands.common import Cluster, load_cluster, save_facts
from podsys.commands.context import Context, begin_run
from podsys.commands.desired import Desired, write_rendered
from podsys.commands.interrupt import stop_flag
from podsys.commands.offline import check_offline, load_offline, serve_bundle, unpack_bundle
from podsys.commands.quarantine import quarantine_lost, release_nodes
from podsys.commands.rebooting import reboot_nodes
from podsys.commands.reboots import survey_after_reboots
from podsys.commands.release_book import judge_locks
from podsys.commands.settle import look_again, wait_for_settled
from podsys.core.judge.systems import judge_systems
from podsys.core.limit import limit_nodes
from podsys.core.plan import make_plan
from podsys.effects.runlock import hold
from podsys.errors import ExitCode, PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold
from podsys.model.plan import Plan
from podsys.model.status import Status
from podsys.view.accept_plan import show_accept_plan
from podsys.view.console import agree, out, print_json
from podsys.view.plan import plan_as_json, show_plan
from podsys.view.progress import Progress, progress


@dataclass(frozen=True, slots=True)
class Options:
    plan_only: bool = False
    yes: bool = False
    limit: str | None = None
    as_json: bool = False


def deploy(root: Path, options: Options) -> ExitCode:
    """Changes nothing before the plan was shown and agreed to."""
    cluster = load_cluster(root)
    chosen = limit_nodes(cluster.spec, options.limit)
    load_offline(cluster.workspace, cluster.spec)  # a bundle that is not there is said first
    with hold(cluster.workspace.run_lock), cluster.connect() as fleet:
        with progress("deploy", shown=not options.as_json) as watch:
            facts, desired, lost = survey_after_reboots(cluster, fleet, chosen, watch)
            _say_first(cluster, facts, watch)
        plan = make_plan(desired.wanted, facts, desired.role_order)
        plan = with_builds(plan, desired, cluster)
        if not plan.empty:
            check_offline(cluster.workspace, cluster.spec, desired.wanted, facts, desired.layout)
        if options.plan_only:
            _show(plan, desired, facts, options)
            if not options.as_json:
                level = cluster.spec.accept.level
                out().print("\nThen it measures:", style="bold")
                show_accept_plan(plan_measuring(cluster, chosen, level), level)
            return ExitCode.GOOD
        if not options.as_json:
            _show(plan, desired, facts, options)
        if not plan.empty:
            _confirm(options)
            unpack_bundle(cluster.workspace, cluster.spec)
        with progress("deploy", shown=not options.as_json) as watch, stop_flag() as stop:
            run, journal = begin_run(cluster.workspace, plan, watch)
            context = Context(
                cluster, fleet, facts, desired, run, journal, watch, stop,
                level=cluster.spec.accept.level, plan=plan, quiet=options.as_json,
            )  # fmt: skip
            quarantine_lost(context, lost)
            return _carry_out(context, options.as_json)


def _say_first(cluster: Cluster, facts: Mapping[str, NodeFacts], watch: Progress) -> None:
    """Before the plan: it follows the lock, which may be behind cluster.yaml, and leaves out nodes
    of a system that podsys does not know."""
    locks = judge_locks(cluster.workspace, cluster.spec, facts)
    for finding in (*judge_systems(facts), *locks):
        if finding.status is not Status.PASS:
            watch.say(f"{fold(finding.nodes)}: {finding.evidence}: {finding.remedy}")


def _show(plan: Plan, desired: Desired, facts: Mapping[str, NodeFacts], options: Options) -> None:
    if options.as_json:
        print_json(plan_as_json(plan))
    else:
        show_plan(plan, desired.advice(facts), node_count=len(desired.wanted))


def _confirm(options: Options) -> None:
    if options.yes:
        return
    if options.as_json or not sys.stdin.isatty():
        raise PodsysError("there are changes to make and nobody to ask", "add --yes")
    if not agree("Carry out this plan?"):
        raise PodsysError("nothing was changed", "", ExitCode.FAILED)


def _carry_out(context: Context, as_json: bool) -> ExitCode:
    rollout = Rollout(context)
    if not context.plan.empty:
        save_facts(context.cluster.workspace, context.facts)
        cluster = context.cluster
        with serve_bundle(cluster.workspace, cluster.spec, context.run):
            build_missing(context)
            write_rendered(cluster.workspace, cluster.spec, cluster.catalog, context.facts)
            rollout.apply(context.plan)  # which may be less by now than was planned
        look_again(context, sorted({n for step in context.plan.steps for n in step.nodes}))
        _reboot(context)
    else:
        wait_for_settled(context)
    release_nodes(context)
    verdict = certify(context, as_json)
    context.journal.write("finished", verdict=verdict.value)
    context.journal.close()
    return EXIT_CODES[verdict]


def _reboot(context: Context) -> None:
    """Only what the second probe still asks for; a third one tells whether it helped."""
    plan = make_plan(context.desired.wanted, context.facts, context.desired.role_order)
    if not plan.reboots or not context.cluster.spec.rollout.reboot:
        return
    reboot_nodes(context, plan)
    wait_for_settled(context)
