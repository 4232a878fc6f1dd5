"""Packages that a node builds for all of its kind, fetched and kept with their sha256."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from podsys.effects.evidence import hash_file
from podsys.effects.program import PYTHON, as_command, pack_program
from podsys.effects.ssh import Fleet
from podsys.effects.workspace import write_atomically
from podsys.errors import ExitCode, PodsysError
from podsys.model.build import Build

# More than the node gives apt, and whatever builds, together.
LIMIT_S = 5400.0
PIECE = 16 << 20  # less than what one command may say
PIECE_LIMIT_S = 300.0
# Where podsys/node/build_recipe.py looks for sources.
ARRIVAL = "/var/cache/podsys/build"
# What else can be done, by how it is built.
INSTEAD = {
    "dkms": "With `packages: {modules: dkms}` in cluster.yaml each node builds its own",
    "recipe": "With `packages: {parts: none}` in cluster.yaml the release goes without it",
}


class BuildFailedError(PodsysError):
    """`log` is the file on the node, `last` its last lines."""

    def __init__(self, node: str, how: str, reason: str, log: str, last: str) -> None:
        super().__init__(
            f"{node}: {reason}",
            f"{log} on {node} has all of it; nothing was changed on any other node. {INSTEAD[how]}",
            ExitCode.FAILED,
        )
        self.last = last


def list_kept(folder: Path) -> set[str]:
    """Files of packages that are whole: what they shall be stands beside them."""
    return {file.name for file in folder.glob("*.deb") if _is_whole(file)}


def build_on(
    fleet: Fleet, node: str, build: Build, folder: Path, sources: Path | None = None
) -> Path:
    """The package's file in `folder`; BuildFailedError with the node's own reason.

    `sources` is the file of a part that is built from such.
    """
    request = dict(build.as_request())
    if sources:
        digest = hash_file(sources)
        request["sources"] |= {"sha256": digest}
        _send(fleet, node, build, sources, f"{ARRIVAL}/{digest}.tar")
    program = pack_program().ask(request, "build")
    outcome = fleet.run(node, as_command(f"exec {fleet.as_root}{PYTHON}"), LIMIT_S, program)
    said = outcome.error or outcome.stderr.decode(errors="replace").strip()
    try:
        answer = json.loads(outcome.stdout) if outcome.ok else {"problem": said}
    except ValueError:
        answer = {"problem": f"its answer cannot be read: {said}"}
    if problem := answer.get("problem"):
        log = answer.get("log", "/var/log/podsys")
        last = "\n".join(answer.get("last", ()))
        raise BuildFailedError(node, build.sources.how, problem, log, last)
    return _keep(folder / build.file, _fetch(fleet, node, build, answer))


def _send(fleet: Fleet, node: str, build: Build, file: Path, target: str) -> None:
    """In pieces; the node looks at the hash of the whole."""
    write = f"exec {fleet.as_root}sh -c {shlex.quote(f'mkdir -p {ARRIVAL} && cat >> {target}')}"
    fleet.run(node, f"{fleet.as_root}rm -f {target}", PIECE_LIMIT_S)
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            outcome = fleet.run(node, write, PIECE_LIMIT_S, piece)
            if not outcome.ok:
                reason = outcome.error or outcome.stderr.decode(errors="replace").strip()
                said = f"sources of {build.name} cannot be brought there: {reason}"
                raise BuildFailedError(node, build.sources.how, said, ARRIVAL, "")


def _fetch(fleet: Fleet, node: str, build: Build, answer: Mapping[str, Any]) -> bytes:
    """In pieces, the last of which also takes the file away on the node."""
    content = b""
    path = shlex.quote(answer["file"])
    while len(content) < answer["size"]:
        piece = f"tail -c +{len(content) + 1} {path} | head -c {PIECE}"
        command = f"exec {fleet.as_root}sh -c {shlex.quote(piece)}"
        outcome = fleet.run(node, command, PIECE_LIMIT_S)
        if not outcome.ok or not outcome.stdout:
            reason = outcome.error or outcome.stderr.decode(errors="replace").strip()
            _refuse(node, build, f"{answer['file']} cannot be fetched: {reason}", answer)
        content += outcome.stdout
    if hashlib.sha256(content).hexdigest() != answer["sha256"]:
        _refuse(node, build, f"{answer['file']} came damaged", answer)
    fleet.run(node, f"{fleet.as_root}rm -f {path}", PIECE_LIMIT_S)
    return content


def _refuse(node: str, build: Build, reason: str, answer: Mapping[str, Any]) -> None:
    raise BuildFailedError(node, build.sources.how, reason, answer["log"], "")


def _keep(file: Path, content: bytes) -> Path:
    """The hash comes last: without it the file does not count."""
    write_atomically(file, content)
    digest = hashlib.sha256(content).hexdigest()
    write_atomically(_hash_file(file), f"{digest}  {file.name}\n")
    return file


def _is_whole(file: Path) -> bool:
    """As sha256sum --check would say."""
    try:
        digest = _hash_file(file).read_text().split()[0]
        return hashlib.sha256(file.read_bytes()).hexdigest() == digest
    except (OSError, IndexError, UnicodeDecodeError):
        return False


def _hash_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")
