"""The key that signs what nodes install offline: real OpenPGP, because apt and dnf know no other.

It is made once for each workspace, in signing/repository, and its private part never leaves that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from podsys.effects.signing import FOLDER
from podsys.effects.workspace import write_atomically
from podsys.errors import ExitCode, PodsysError

HOME = "repository"
PUBLIC = "public.asc"
IDENTITY = "podsys bundle"
LIMIT_S = 60.0


def ensure_repository_key(workspace: Path) -> str:
    """The armored public key; the pair is made where there is none yet."""
    home = workspace / FOLDER / HOME
    if not (home / PUBLIC).exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        _make(home)
    return (home / PUBLIC).read_text(encoding="ascii")


def clearsign(workspace: Path, text: str) -> str:
    """The text with the workspace's signature around it."""
    with _short(workspace / FOLDER / HOME) as home:
        return _gpg(home, "--digest-algo", "SHA512", "--clearsign", given=text)


def detach_sign(workspace: Path, text: str) -> str:
    """The workspace's armored signature of the text, which stands beside it."""
    with _short(workspace / FOLDER / HOME) as home:
        return _gpg(home, "--digest-algo", "SHA512", "--armor", "--detach-sign", given=text)


def _make(home: Path) -> None:
    """Made aside and moved into place: a folder with this name holds a whole key."""
    aside = Path(tempfile.mkdtemp(dir=home.parent, prefix=".new-"))
    try:
        with _short(aside) as short:
            _gpg(short, "--quick-generate-key", IDENTITY, "ed25519", "sign", "never")
            public = _gpg(short, "--armor", "--export", IDENTITY)
        # The key must never be committed with the rest of a workspace.
        write_atomically(aside / ".gitignore", f"*\n!{PUBLIC}\n")
        write_atomically(aside / PUBLIC, public)
        shutil.rmtree(home, ignore_errors=True)
        aside.rename(home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _short(home: Path) -> Iterator[Path]:
    """The folder by a short name: gpg's agent has its sockets there, whose paths are limited."""
    with tempfile.TemporaryDirectory(prefix="podsys-") as folder:
        link = Path(folder) / "k"
        link.symlink_to(home.resolve())
        try:
            yield link
        finally:
            for words in (["--kill", "all"], ["--remove-socketdir"]):
                _run(["gpgconf", "--homedir", str(link), *words])


def _gpg(home: Path, *words: str, given: str = "") -> str:
    options = ["--homedir", str(home), "--batch", "--quiet", "--no-tty", "--passphrase", ""]
    done = _run(["gpg", *options, "--pinentry-mode", "loopback", *words], given)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        hint = "apt-get install gpg gpg-agent"
        raise PodsysError(f"the repository cannot be signed: {said}", hint, ExitCode.FAILED)
    return done.stdout


def _run(words: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            words, input=given, capture_output=True, text=True, check=False,
            start_new_session=True, env=environment, timeout=LIMIT_S,
        )  # fmt: skip
    except FileNotFoundError as error:
        hint = "install it: apt-get install gpg gpg-agent"
        raise PodsysError(f"{words[0]} is not installed: it signs the bundle", hint) from error
    except subprocess.TimeoutExpired as error:
        raise PodsysError(f"{words[0]} did not end within {LIMIT_S:.0f} s") from error
