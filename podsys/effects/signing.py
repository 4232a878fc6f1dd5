"""Signatures by OpenSSH: any admin can check one with ssh-keygen alone."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from podsys.effects.workspace import write_atomically
from podsys.errors import ExitCode, PodsysError

NAMESPACE = "podsys"
IDENTITY = "podsys"
FOLDER = "signing"
KEY = "podsys_ed25519"
ALLOWED_SIGNERS = "allowed_signers"


class RefusedError(PodsysError):
    """What ssh-keygen said when it refused."""


def ensure_signing_key(workspace: Path) -> Path:
    """The workspace's private key, made once; beside it what others need to check with."""
    folder = workspace / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / KEY
    if not key.exists():
        # The key must never be committed with the rest of a workspace.
        write_atomically(folder / ".gitignore", f"{KEY}\n")
        _make_key(key)
    _publish(key, folder / ALLOWED_SIGNERS)
    return key


def _make_key(key: Path) -> None:
    """Made aside and linked into place: whoever comes second keeps the first one's key."""
    with tempfile.TemporaryDirectory(dir=key.parent, prefix=".new-") as aside:
        made = Path(aside) / KEY
        _keygen("-q", "-t", "ed25519", "-N", "", "-C", IDENTITY, "-f", str(made))
        try:
            os.link(made, key)
        except FileExistsError:
            return


def _publish(key: Path, allowed_signers: Path) -> None:
    """Repeats what an interrupted run left out; lines added by an admin stay."""
    public = " ".join(_keygen("-y", "-P", "", "-f", str(key)).split()[:2])
    known = allowed_signers.read_text() if allowed_signers.exists() else ""
    if public not in known:
        line = f'{IDENTITY} namespaces="{NAMESPACE}" {public}\n'
        write_atomically(allowed_signers, known + line)


def sign(file: Path, key: Path) -> Path:
    """Writes FILE.sig, replacing an older one."""
    signature = _keygen("-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key), file=file)
    target = file.with_name(file.name + ".sig")
    write_atomically(target, signature)
    return target


def find_signers(file: Path) -> Path | None:
    """The allowed_signers of the workspace that `file` lies in."""
    for folder in file.resolve().parents:
        if (folder / FOLDER / ALLOWED_SIGNERS).is_file():
            return folder / FOLDER / ALLOWED_SIGNERS
    return None


def find_identity(signature: Path, allowed_signers: Path) -> str:
    """Who signed, by the key; an error when that key is nobody's."""
    try:
        found = _keygen("-Y", "find-principals", "-s", str(signature), "-f", str(allowed_signers))
    except RefusedError as error:
        raise PodsysError(
            f"{signature.name} is not signed by anybody in {allowed_signers}: {error}",
            "get the allowed_signers file of the cluster's workspace from its admin",
            ExitCode.FAILED,
        ) from error
    return found.splitlines()[0].split(",")[0]


def verify(file: Path, signature: Path, allowed_signers: Path, identity: str = IDENTITY) -> None:
    """Passes in silence; otherwise says that the file is not what was signed."""
    asked = ("-f", str(allowed_signers), "-I", identity, "-n", NAMESPACE, "-s", str(signature))
    try:
        _keygen("-Y", "verify", *asked, file=file)
    except RefusedError as error:
        raise PodsysError(
            f"the signature does not match, {file.name} or the signature was altered: {error}",
            "get the file again from where it was issued",
            ExitCode.FAILED,
        ) from error


def _keygen(*arguments: str, file: Path | None = None) -> str:
    """Runs ssh-keygen on `file`, away from the terminal, where it would ask and wait."""
    given = file.read_bytes() if file else b""
    command = ["ssh-keygen", *arguments]
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, check=False, start_new_session=True
        )
    except FileNotFoundError as error:
        raise PodsysError(
            "ssh-keygen is not installed", "install it: apt-get install openssh-client"
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise RefusedError(f"ssh-keygen: {said}", "", ExitCode.FAILED)
    return done.stdout.decode()
