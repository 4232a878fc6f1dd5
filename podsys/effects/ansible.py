"""The one door to Ansible: ansible-runner; its own dictionaries stop here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import Any

import yaml

from podsys.errors import ExitCode, PodsysError


@dataclass(slots=True)
class NodeResult:
    """What one playbook run did to one node."""

    changed: list[str] = field(default_factory=list)
    failed_task: str = ""
    reason: str = ""

    @property
    def ok(self) -> bool:
        return not self.failed_task


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened, for people who watch."""

    node: str
    task: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PlayRun:
    """A playbook on the nodes of each role, and what came of it."""

    nodes: dict[str, NodeResult]
    error: str = ""


def run_playbook(
    rendered: Path,
    playbook: str,
    todo: Mapping[str, Sequence[str]],
    log: Path,
    on_progress: Callable[[Progress], None],
    stop: Flag,
) -> PlayRun:
    """Play `playbook`, each role only on its nodes in `todo`; ends early when `stop` is set."""
    import ansible_runner

    nodes = {name: NodeResult() for names in todo.values() for name in names}
    with tempfile.TemporaryDirectory(prefix="podsys-runner-") as private:
        todo_file = Path(private) / "todo.yaml"
        todo_file.write_text(yaml.safe_dump(_todo_inventory(todo)))
        runner = ansible_runner.run(
            private_data_dir=private,
            project_dir=str(rendered),
            playbook=playbook,
            inventory=[str(rendered / "inventory"), str(todo_file)],
            extravars={"podsys_todo": True},
            envvars={
                "ANSIBLE_CONFIG": str(rendered / "ansible.cfg"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_FORCE_COLOR": "0",
                "PATH": _path(),
            },
            limit=",".join(sorted(nodes)) if len(nodes) < 200 else None,
            suppress_env_files=True,
            quiet=True,
            event_handler=lambda event: _take(event, nodes, todo, on_progress),
            cancel_callback=stop.is_set,
        )
        said = _read(Path(runner.config.artifact_dir) / "stdout")
    log.write_text(said)
    # 0 all well; 2 and 4 some nodes failed or were unreachable, which is in `nodes`.
    broken = runner.rc not in (0, 2, 4) and not stop.is_set()
    return PlayRun(nodes, _last_error(said) if broken else "")


def read_inventory(file: Path) -> dict[str, Any]:
    """An Ansible inventory in any of its formats, as `ansible-inventory --list` gives it."""
    tool = shutil.which("ansible-inventory", path=_path())
    if tool is None:
        raise PodsysError("ansible-inventory is missing", "reinstall podsys: pip install podsys")
    done = subprocess.run(
        [tool, "--list", "-i", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    parsed = json.loads(done.stdout) if done.returncode == 0 else {}
    if not any(group.get("hosts") for group in parsed.values()):
        wrong = _last_error(done.stderr) if done.stderr.strip() else "it holds no hosts"
        raise PodsysError(f"{file}: cannot read this Ansible inventory: {wrong}")
    return dict(parsed)


def ansible_version() -> str:
    from importlib.metadata import version

    return version("ansible-core")


def _path() -> str:
    """Ansible's programs lie beside the Python that runs podsys."""
    import os

    return f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"


def _todo_inventory(todo: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    groups = {f"todo_{role}": {"hosts": dict.fromkeys(names)} for role, names in todo.items()}
    return {"all": {"children": groups}}


def _take(
    event: Mapping[str, Any],
    nodes: Mapping[str, NodeResult],
    todo: Mapping[str, Sequence[str]],
    tell: Callable[[Progress], None],
) -> bool:
    """Fold one ansible-runner event into the node's result; False keeps it from its disk."""
    data, kind = event.get("event_data", {}), event.get("event", "")
    node = data.get("host")
    if node in nodes and kind in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable"):
        tell(_fold(data, kind.removeprefix("runner_on_"), nodes[node]))
    elif kind == "playbook_on_play_start":
        role = data.get("play_pattern", "").partition(":")[0]
        if todo.get(role):
            tell(Progress("", role, "started"))
    return False


def _fold(data: Mapping[str, Any], outcome: str, found: NodeResult) -> Progress:
    task, result = data.get("task", ""), data.get("res") or {}
    if outcome != "ok" and not data.get("ignore_errors"):
        found.failed_task = task or "connect"
        found.reason = _reason(result)
    elif outcome == "ok" and result.get("changed"):
        found.changed.append(task)
        outcome = "changed"
    return Progress(data["host"], task, outcome)


def _reason(result: Mapping[str, Any]) -> str:
    for part in (result.get("results") or [])[::-1]:
        if isinstance(part, dict) and part.get("failed"):
            return _reason({k: v for k, v in part.items() if k != "results"})
    text = result.get("msg") or result.get("stderr") or "no reason given"
    return " ".join(str(text).split())[:600]


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _last_error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "Error" in line]
    return (errors or lines or ["it said nothing"])[-1][:600]


class AnsibleFailedError(PodsysError):
    """Ansible itself could not run: nothing can be said of the nodes."""

    def __init__(self, reason: str, log: Path) -> None:
        super().__init__(f"ansible could not run: {reason}", f"see {log}", ExitCode.UNKNOWN)
