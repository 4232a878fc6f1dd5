"""The workspace: one folder with everything podsys knows of a cluster."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from podsys.errors import PodsysError


@dataclass(frozen=True, slots=True)
class Workspace:
    """Names of the files; nothing here reads or writes."""

    root: Path

    @property
    def cluster_file(self) -> Path:
        return self.root / "cluster.yaml"

    @property
    def schema_file(self) -> Path:
        return self.root / "cluster.schema.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "podsys.lock"

    @property
    def facts_file(self) -> Path:
        return self.root / ".podsys" / "facts.json"

    @property
    def counters_file(self) -> Path:
        """Counters of the last look, by node: what preflight compares with."""
        return self.root / ".podsys" / "counters.json"

    @property
    def quarantine_file(self) -> Path:
        """Nodes that did not come back from a reboot as they must, with what is known of it."""
        return self.root / ".podsys" / "quarantine.json"

    @property
    def written_file(self) -> Path:
        """cluster.yaml as podsys wrote it: what differs from it is a person's edit."""
        return self.root / ".podsys" / "cluster.written.yaml"

    @property
    def packages(self) -> Path:
        """Packages that nodes built, each with its sha256 beside it."""
        return self.root / "packages"

    @property
    def run_lock(self) -> Path:
        return self.root / ".podsys" / "run.lock"

    @property
    def known_hosts(self) -> Path:
        return self.root / "known_hosts"

    @property
    def rendered(self) -> Path:
        return self.root / "rendered"

    @property
    def baselines(self) -> Path:
        """What this site expects of its server models, beside what podsys ships."""
        return self.root / "baselines"

    @property
    def runs(self) -> Path:
        return self.root / "runs"


def open_workspace(root: Path) -> Workspace:
    """A workspace that `podsys init` has made."""
    workspace = Workspace(root.resolve())
    if not workspace.cluster_file.is_file():
        raise PodsysError(
            f"{workspace.root} is no podsys workspace: it has no cluster.yaml",
            "run podsys init there, or name another folder with -C DIR",
        )
    return workspace


def new_run(workspace: Workspace, now: datetime) -> Path:
    """A fresh folder for what this run produces; its name is the time in UTC."""
    base = now.strftime("%Y-%m-%dT%H-%M-%SZ")
    workspace.runs.mkdir(parents=True, exist_ok=True)
    for suffix in ["", *(f"-{number}" for number in range(2, 100))]:
        try:
            (workspace.runs / (base + suffix)).mkdir()
        except FileExistsError:
            continue
        return workspace.runs / (base + suffix)
    raise PodsysError(f"{workspace.runs}: too many runs in this second", "try again")


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PodsysError(f"{path}: no such file", "check the path") from error
    except UnicodeDecodeError as error:
        raise PodsysError(f"{path}: not a text file", "save it as UTF-8") from error
    except OSError as error:
        raise PodsysError(f"{path}: {error.strerror}") from error


def write_output(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """A file that a person named: what keeps it from being written is theirs to know."""
    try:
        write_atomically(path, content, mode)
    except OSError as error:
        raise PodsysError(f"{path}: {error.strerror}", "name another file") from error


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """All of it or nothing, even if power fails in between."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
