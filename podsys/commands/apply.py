"""Carrying out a plan: waves of Ansible, within the failure budget."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from podsys.commands.budget import may_go_on
from podsys.commands.context import Context
from podsys.core.shards import (
    FORKS_EACH,
    apply_inventory,
    count_shards,
    split_nodes,
)
from podsys.core.todo import Work, find_todos, narrow
from podsys.core.waves import roles_on, split_waves
from podsys.effects.ansible import AnsibleFailedError, Play, PlayRun, run_play
from podsys.effects.ansible_events import NodeResult, Progress
from podsys.effects.runlock import end_orphans
from podsys.effects.strategy import choose_strategy
from podsys.model.nodeset import fold
from podsys.model.plan import Plan
from podsys.model.todo import Todo
from podsys.view.progress import Progress as Watch

APPLY = "playbooks/apply.yaml"


@dataclass(frozen=True, slots=True)
class Rollout:
    """Waves of one run; what they do is noted in its journal and in `context.applied`."""

    context: Context

    def apply(self, plan: Plan) -> None:
        """What differs, on the nodes where it differs, canary first."""
        desired, hold = self.context.desired, self.context.cluster.spec.packages.hold
        todos = find_todos(plan.changes, Work(desired.layout, desired.texts.of, hold))
        nodes = list(dict.fromkeys(node for step in plan.steps for node in step.nodes))
        for number, wave in enumerate(self._waves(nodes), 1):
            if may_go_on(self.context):
                roles = roles_on(plan.steps, wave)
                title = f"{', '.join(roles)} on {fold(wave)}"
                self._play(f"apply, wave {number}", title, roles, self._apply_plays(todos, wave))

    def _apply_plays(self, todos: Sequence[Todo], wave: Sequence[str]) -> list[Play]:
        spec, root = self.context.cluster.spec, str(self.context.cluster.workspace.root)
        plays = []
        for shard in self._shards(wave):
            mine = narrow(todos, shard)
            tags = frozenset(tag for todo in mine for tag in todo.tags)
            forks = spec.rollout.forks or FORKS_EACH
            views = self.context.desired.layout.views
            own = {node: views[node].variables for node in shard}
            plays.append(Play(APPLY, apply_inventory(spec, mine, root, own), shard, tags, forks))
        return plays

    def _shards(self, wave: Sequence[str]) -> list[tuple[str, ...]]:
        return split_nodes(wave, count_shards(len(wave), os.cpu_count() or 1))

    def _waves(self, nodes: Sequence[str]) -> list[tuple[str, ...]]:
        return split_waves(nodes, self.context.cluster.spec.rollout.canary)

    def _play(
        self, step: str, title: str, todo: dict[str, list[str]], plays: Sequence[Play]
    ) -> None:
        """All shards of a wave at once; each node's result is noted as its shard ends."""
        self.context.journal.write("step", title=step, todo=todo)
        self.context.watch.stage(f"{step}: {title}")
        tell = Teller(self.context.watch)
        with ThreadPoolExecutor(len(plays), thread_name_prefix="ansible") as pool:
            runs = [pool.submit(self._run, f"{step}-{n}", p, tell) for n, p in enumerate(plays, 1)]
            played = [run.result() for run in runs]
        if self.context.stop.is_set():
            # Ansible's workers lead sessions of their own: ending Ansible does not end them.
            end_orphans(self.context.cluster.workspace.root)
        for run in played:
            for node, result in run.nodes.items():
                self._note(node, result)
        for run in played:
            if run.error:
                self.context.journal.write("stopped", reason=run.error)
                raise AnsibleFailedError(run.error, self.context.run / "ansible")

    def _run(self, name: str, play: Play, tell: Teller) -> PlayRun:
        folder = self.context.run / "ansible"
        folder.mkdir(exist_ok=True)
        log = folder / f"{name.replace(', ', '-').replace(' ', '-')}.log"
        rollout = self.context.cluster.spec.rollout
        strategy = choose_strategy(mitogen=rollout.mitogen)
        rendered = self.context.cluster.workspace.rendered
        return run_play(rendered, play, log, tell, self.context.stop, strategy)

    def _note(self, node: str, result: NodeResult) -> None:
        self.context.applied.changed.setdefault(node, []).extend(result.changed)
        if not result.ok:
            self.context.applied.failed[node] = f"{result.failed_task}: {result.reason}"
        details = (
            {"failed": self.context.applied.failed[node]}
            if node in self.context.applied.failed
            else {}
        )
        self.context.journal.write("node", node=node, changed=result.changed, **details)


class Teller:
    """Failures of nodes, and each task once, however many shards and nodes come to it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._said: set[str] = set()

    def __call__(self, progress: Progress) -> None:
        if progress.outcome in ("failed", "unreachable"):
            self._watch.node(progress.node, f"{progress.task}: {progress.outcome}")
        elif progress.outcome == "started" and progress.task not in self._said:
            self._said.add(progress.task)
            self._watch.say(progress.task.rpartition(" : ")[2])
