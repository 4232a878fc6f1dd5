"""Carrying out a plan: waves of Ansible, then reboots, within the failure budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from podsys.commands.context import Context
from podsys.core.spec import budget_of
from podsys.core.waves import Todo, over_budget, split_waves, todo_of
from podsys.effects.ansible import AnsibleFailedError, NodeResult, Progress, run_playbook
from podsys.effects.localhost import is_local
from podsys.model.nodeset import fold
from podsys.model.plan import Plan

SITE = "playbooks/site.yaml"
REBOOT = "playbooks/reboot.yaml"


@dataclass(frozen=True, slots=True)
class Rollout:
    """Waves of one run; what they do is noted in its journal and in `context.applied`."""

    context: Context

    def apply(self, plan: Plan) -> None:
        """Steps of the plan, canary first."""
        nodes = list(dict.fromkeys(node for step in plan.steps for node in step.nodes))
        for number, wave in enumerate(self._waves(nodes), 1):
            if self._may_go_on():
                todo = todo_of(plan.steps, wave, self.context.desired.role_order)
                self._play(f"apply, wave {number}", SITE, todo)

    def reboot(self, plan: Plan) -> list[str]:
        """Reboot what needs it, canary first; never a node that failed, never this machine.

        Returns the nodes that were told to reboot.
        """
        told: list[str] = []
        wanted = [node for reboot in plan.reboots for node in reboot.nodes]
        nodes = [
            node for node in wanted if node not in self.context.applied.failed and self._may(node)
        ]
        for number, wave in enumerate(self._waves(nodes), 1):
            if self._may_go_on():
                self.context.journal.write("reboot", nodes=list(wave))
                self._play(f"reboot, wave {number}", REBOOT, {"reboot": wave})
                told += wave
        return told

    def _waves(self, nodes: Sequence[str]) -> list[tuple[str, ...]]:
        return split_waves(nodes, self.context.cluster.spec.rollout.canary)

    def _may(self, node: str) -> bool:
        if not is_local(self.context.cluster.spec.nodes[node].address):
            return True
        self.context.watch.say(f"{node} is the machine podsys runs on: reboot it yourself")
        return False

    def _may_go_on(self) -> bool:
        budget = budget_of(self.context.cluster.spec)
        if self.context.stop.is_set():
            self.context.applied.stopped = "interrupted"
        elif over_budget(self.context.applied.failed, budget):
            failed = fold(self.context.applied.failed)
            self.context.applied.stopped = f"failure budget of {budget} exceeded by {failed}"
        if self.context.applied.stopped:
            self.context.journal.write("stopped", reason=self.context.applied.stopped)
        return not self.context.applied.stopped

    def _play(self, title: str, playbook: str, todo: Todo) -> None:
        nodes = {node for names in todo.values() for node in names}
        busy = {role: list(names) for role, names in todo.items() if names}
        self.context.journal.write("step", title=title, todo=busy)
        self.context.watch.stage(f"{title}: {', '.join(busy)} on {fold(nodes)}")
        log = self.context.run / f"ansible-{title.replace(', ', '-').replace(' ', '-')}.log"
        rendered = self.context.cluster.workspace.rendered
        played = run_playbook(rendered, playbook, todo, log, self._tell, self.context.stop)
        for node, result in played.nodes.items():
            self._note(node, result)
        if played.error:
            self.context.journal.write("stopped", reason=played.error)
            raise AnsibleFailedError(played.error, log)

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

    def _tell(self, progress: Progress) -> None:
        if progress.outcome in ("failed", "unreachable"):
            self.context.watch.node(progress.node, f"{progress.task}: {progress.outcome}")
        elif progress.outcome == "started":
            self.context.watch.say(progress.task)
