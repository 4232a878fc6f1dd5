"""The one door to Ansible: ansible-runner; its own dictionaries stop here."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import Any

import yaml

from podsys.effects.ansible_events import NodeResult, Progress, take_event
from podsys.effects.runlock import PRIVATE
from podsys.errors import ExitCode, PodsysError
from podsys.model.todo import Literal

# An inventory may be a program that asks a server.
INVENTORY_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Play:
    """A playbook of rendered/, the nodes of `inventory`, and the parts that have work to do."""

    playbook: str
    inventory: Mapping[str, Any]
    nodes: tuple[str, ...]
    tags: frozenset[str] = frozenset()
    forks: int | None = None


@dataclass(frozen=True, slots=True)
class PlayRun:
    """What came of a play; `error` when Ansible itself could not run it to its end."""

    nodes: dict[str, NodeResult]
    error: str = ""


def run_play(
    rendered: Path,
    play: Play,
    log: Path,
    on_progress: Callable[[Progress], None],
    stop: Flag,
    strategy: Mapping[str, str],
) -> PlayRun:
    """Run it through ansible-runner; ends early when `stop` is set.

    The inventory and what Ansible said stay in `log`'s folder, for whoever looks into it later.
    """
    import ansible_runner

    nodes = {name: NodeResult() for name in play.nodes}
    if stop.is_set():
        return PlayRun(nodes)
    inventory = log.with_suffix(".yaml")
    inventory.write_text(yaml.dump(dict(play.inventory), Dumper=_Dumper, sort_keys=False))
    with tempfile.TemporaryDirectory(prefix=PRIVATE, dir=_state(rendered)) as private:
        runner = ansible_runner.run(
            private_data_dir=private,
            project_dir=str(rendered),
            playbook=play.playbook,
            inventory=str(inventory),
            forks=play.forks,
            tags=",".join(sorted(play.tags)) or None,
            envvars={
                "ANSIBLE_CONFIG": str(rendered / "ansible.cfg"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_FORCE_COLOR": "0",
                "PATH": _path(),
                "ANSIBLE_ACTION_PLUGINS": str(Path(__file__).with_name("action")),
                **strategy,
            },
            suppress_env_files=True,
            quiet=True,
            event_handler=lambda event: take_event(event, nodes, on_progress),
            cancel_callback=stop.is_set,
        )
        said = _read(Path(runner.config.artifact_dir) / "stdout")
    log.write_text(said)
    # 0 all well; 2 and 4 some nodes failed or were unreachable, which is in `nodes`.
    broken = runner.rc not in (0, 2, 4) and not stop.is_set()
    return PlayRun(nodes, _last_error(said) if broken else "")


def _state(rendered: Path) -> Path:
    """In the workspace: what a killed run leaves there, the next one finds."""
    folder = rendered.parent / ".podsys"
    folder.mkdir(exist_ok=True)
    return folder


def read_inventory(file: Path) -> dict[str, Any]:
    """An Ansible inventory in any of its formats, as `ansible-inventory --list` gives it."""
    tool = shutil.which("ansible-inventory", path=_path())
    if tool is None:
        raise PodsysError("ansible-inventory is missing", "reinstall podsys: pip install podsys")
    words = [tool, "--list", "-i", str(file)]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=INVENTORY_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = f"{file}: no answer within {INVENTORY_LIMIT_S:g} s"
        hint = f"see why it hangs: {shlex.join(words)}"
        raise PodsysError(message, hint) from error
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
    return f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _last_error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "Error" in line]
    return (errors or lines or ["it said nothing"])[-1][:600]


# C speed where PyYAML was built with libyaml; nothing is abbreviated with anchors.
class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_literal(dumper: Any, text: Literal) -> Any:
    """The tag makes Ansible leave it alone, but also read `0644` as a number: only where needed."""
    if any(mark in text for mark in ("{{", "{%", "{#")):
        return dumper.represent_scalar("!unsafe", str(text), style='"')
    return dumper.represent_str(str(text))


_Dumper.add_representer(Literal, _represent_literal)


class AnsibleFailedError(PodsysError):
    """Ansible itself could not run: nothing can be said of the nodes."""

    def __init__(self, reason: str, log: Path) -> None:
        super().__init__(f"ansible could not run: {reason}", f"see {log}", ExitCode.UNKNOWN)
