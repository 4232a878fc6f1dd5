"""Sources at a commit, as one file: git itself proves that they are those."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from podsys.effects.download_words import AgainError, RefusedError, explain_git
from podsys.errors import FULL

LIMIT_S = 600.0


def archive_commit(url: str, commit: str, target: Path, proxies: Mapping[str, str]) -> None:
    """`target` is the tar of the commit's tree, whole or not there.

    A commit is a hash of all that is in it, and git refuses what does not fit: nothing else has to
    be known beforehand.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".git-") as folder:
        git = _Git(Path(folder), proxies)
        git.do("init", "--quiet", "--bare", ".")
        git.do("fetch", "--quiet", "--no-tags", "--depth=1", url, commit)
        found = git.do("rev-parse", "FETCH_HEAD^{commit}").strip()
        if found != commit:
            raise RefusedError(f"{url} gave commit {found}, not {commit}")
        aside = Path(folder) / "archive.tar"
        git.do("archive", "--format=tar", "--prefix=sources/", f"--output={aside}", commit)
        aside.replace(target)


class _Git:
    """Asks nobody for a password, and goes through the proxies that podsys goes through."""

    def __init__(self, folder: Path, proxies: Mapping[str, str]) -> None:
        self._folder = folder
        own = {f"{scheme}_proxy": url for scheme, url in proxies.items()}
        without = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self._environment = without | own | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

    def do(self, *words: str) -> str:
        try:
            done = subprocess.run(
                ["git", *words], cwd=self._folder, env=self._environment, check=False,
                capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise RefusedError(
                "git is not installed on this machine: apt-get install git"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise AgainError(f"git {words[0]} did not end within {LIMIT_S:.0f} s") from error
        if done.returncode != 0:
            raise self._explain(done.stderr)
        return done.stdout

    def _explain(self, said: str) -> Exception:
        if "No space left on device" in said:
            return OSError(FULL[0], os.strerror(FULL[0]), str(self._folder.parent))
        return explain_git(said)
