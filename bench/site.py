"""The practice cluster that all tools are measured on, and its workspace."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bench.measured import clean_environment

HERE = Path(__file__).parent
WORK = HERE / ".work"
BIN = Path(sys.executable).parent


class BenchError(Exception):
    """The bench cannot go on."""


@dataclass(frozen=True)
class Site:
    lab: str
    nodes: int

    @property
    def workspace(self) -> Path:
        return WORK / f"site-{self.nodes}"

    @property
    def rendered(self) -> Path:
        return self.workspace / "rendered"

    @property
    def payload(self) -> Path:
        """As many bytes as podsys sends to one node."""
        return WORK / f"payload-{self.nodes}"

    @property
    def last(self) -> str:
        return f"n{self.nodes:03d}"

    @cached_property
    def spec(self) -> dict[str, Any]:
        """cluster.yaml as it was when first asked for: only logins and addresses count here."""
        spec: dict[str, Any] = yaml.safe_load((self.workspace / "cluster.yaml").read_text())
        return spec

    def podsys(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """Untimed: what podsys said on stdout."""
        done = subprocess.run(
            [str(BIN / "podsys"), *words],
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment(),
        )
        if done.returncode not in codes:
            said = (done.stdout + done.stderr).strip()[-2000:]
            raise BenchError(f"podsys {shlex.join(words)}: code {done.returncode}: {said}")
        return done.stdout

    def plan(self) -> dict[str, Any]:
        text = self.podsys("deploy", "-C", str(self.workspace), "--plan", "--json")
        plan: dict[str, Any] = json.loads(text)
        return plan

    def take_down(self) -> None:
        self.podsys("lab", "down", "--name", self.lab)
