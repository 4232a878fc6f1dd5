"""A practice cluster with its workspace, used as a person would: by the command line."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from podsys import lab
from podsys.effects.journal import read_journal
from podsys.effects.webserver import PLACES
from podsys.lab import faults
from podsys.lab.host import require_packages

# `lab up` installs what else it needs.
ON_NODES = platform.system() == "Linux" and os.geteuid() == 0
needs_nodes = [
    pytest.mark.lab,
    pytest.mark.skipif(not ON_NODES, reason="needs Linux and root"),
]
# What they measure is judged: they come last, when the other worker has nothing left to do.
measures_nodes = [*needs_nodes, pytest.mark.measures]
# Every process that a test starts inherits it, and with it all that those start.
MARK = "PODSYS_TEST_SITE"
DEPLOY_LIMIT_S = 420


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person sees of one command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Run:
    """The folder that one deploy wrote."""

    folder: Path

    @property
    def certificate_file(self) -> Path:
        return self.folder / "certificate.json"

    @property
    def certificate(self) -> dict[str, Any]:
        return dict(json.loads(self.certificate_file.read_text()))

    @property
    def results(self) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for line in (self.folder / "results.jsonl").read_text().split("\n")
            if line
        ]

    @property
    def journal(self) -> list[dict[str, Any]]:
        return read_journal(self.folder)

    @property
    def events(self) -> list[str]:
        return [event["event"] for event in self.journal]

    @property
    def verdicts(self) -> dict[str, str]:
        return {name: node["verdict"] for name, node in self.certificate["nodes"].items()}


@dataclass(frozen=True, slots=True)
class Site:
    """A workspace and the lab that it describes."""

    root: Path
    lab: str

    def podsys(self, *words: str, limit: float = DEPLOY_LIMIT_S) -> Outcome:
        process = self.start(*words)
        try:
            out, err = process.communicate(timeout=limit)
        except BaseException:
            end_group(process)
            raise
        return Outcome(process.returncode, out, err)

    def deploy(self, *words: str) -> Outcome:
        return self.podsys("deploy", "-C", str(self.root), *words)

    def start(self, *words: str, quiet: bool = False) -> subprocess.Popen[str]:
        """`quiet` for one that is killed: what outlives it would hold a pipe open."""
        output = subprocess.DEVNULL if quiet else subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, "-m", "podsys.cli", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
            env=os.environ | {"PODSYS_LAB_NAME": self.lab, MARK: self.lab},
        )

    def plan(self) -> dict[str, Any]:
        done = self.deploy("--plan", "--json")
        assert done.code == 0, done.err
        return dict(json.loads(done.out))

    @property
    def first(self) -> Run:
        return Run(min(path for path in (self.root / "runs").glob("2*")))

    @property
    def newest(self) -> Run:
        return Run(max(path for path in (self.root / "runs").glob("2*")))

    def sh(self, node: str, script: str) -> str:
        """The lab's own eyes and hands: neither the network nor sshd is needed."""
        done = faults.run_in(node, ["sh", "-c", script], self.lab)
        assert done.returncode == 0, f"{node}: {script}: {done.stderr or done.stdout}"
        return done.stdout

    @contextmanager
    def edited(self, part: str, **values: Any) -> Iterator[None]:
        """cluster.yaml with other values in one part, and afterwards as it was."""
        file = self.root / "cluster.yaml"
        before = file.read_text()
        content = yaml.safe_load(before)
        content.setdefault(part, {}).update(values)
        file.write_text(yaml.safe_dump(content, sort_keys=False))
        try:
            yield
        finally:
            file.write_text(before)

    @contextmanager
    def fault(self, plant: Callable[..., None], *words: Any, on: tuple[str, ...]) -> Iterator[None]:
        try:
            plant(*words, lab=self.lab)
            yield
        finally:
            for node in on:
                faults.heal(node, self.lab)


def make_site(root: Path, name: str, nodes: int = 4) -> Site:
    """Fresh nodes, described; nothing is changed on them yet."""
    lab.up(nodes, name)
    site = Site(root, name)
    done = site.podsys("init", str(root), "--lab")
    assert done.code == 0, done.err
    return site


def require_web_server() -> None:
    """What serves and signs a bundle, as podsys asks admins to install it."""
    tools = {"lighttpd": "lighttpd", "gpg": "gpg", "gpg-agent": "gpg-agent"}
    require_packages([p for tool, p in tools.items() if not shutil.which(tool, path=PLACES)], print)


def end_group(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def find_processes(site: Site) -> dict[int, str]:
    """What commands on this site have started and still runs: pid and command line.

    OpenSSH's connection masters are left out: ansible.cfg lets them stay for a minute.
    """
    wanted = f"{MARK}={site.lab}".encode()
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ").strip()
    return {pid: line for pid, line in found.items() if line and not line.endswith("[mux]")}
