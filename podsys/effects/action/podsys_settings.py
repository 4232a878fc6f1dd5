"""The task podsys_settings as podsys itself runs it: by the packed program that the probe is, too.

Ansible packs a module with everything that it imports, and the node unpacks and compiles it all:
a fifth of a second of its CPU for a tenth of that in work. The program is here in bytecode, and
goes through Ansible's own connection and become. Where that connection cannot pass data to a
command, and in plays by hand, the module of the same name does the same work.
"""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.action import ActionBase

from podsys.effects.program import PYTHON, as_command, pack_program

PROGRAM = pack_program()  # in Ansible's parent process, before it forks one for each node


class ActionModule(ActionBase):  # type: ignore[misc]
    """Named by Ansible's convention."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> Any:
        result = super().run(tmp, task_vars)
        if self._connection.transport != "ssh" or not self._is_pipelining_enabled("new"):
            return result | self._execute_module(task_vars=task_vars)
        done = self._low_level_execute_command(as_command(PYTHON), in_data=self._stdin())
        return result | read_answer(done)

    def _stdin(self) -> bytes:
        # Ansible's texts carry tags, and marshal takes nothing but plain ones.
        args = json.loads(json.dumps(self._task.args))
        check_mode = bool(self._task.check_mode)
        return PROGRAM.ask({"settings": args["settings"], "check_mode": check_mode}, "apply")


def read_answer(done: dict[str, Any]) -> dict[str, Any]:
    """As the module answers; anything but a whole answer is a failure with its last words."""
    try:
        answer: dict[str, Any] = json.loads(done["stdout"])
        failures = answer.pop("failures")
    except (ValueError, KeyError, TypeError, AttributeError):
        said = (done["stderr"] or done["stdout"]).strip().splitlines()
        reason = f"exit code {done['rc']}: {said[-1] if said else 'it said nothing'}"
        return {"failed": True, "msg": f"the node's program gave no answer: {reason}"}
    if failures:
        return answer | {"failed": True, "msg": "; ".join(failures)}
    return answer
