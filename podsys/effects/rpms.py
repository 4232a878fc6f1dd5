"""rpm's and createrepo_c's tools on files that lie here: signatures looked at, an index made."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from podsys.errors import ExitCode, PodsysError

TOOLS = {"createrepo_c": "createrepo-c", "rpmkeys": "rpm"}
LIMIT_S = 900.0
# Files in one call: a command line has an end.
AT_ONCE = 200
GOOD = "digests signatures OK"
NOT_SIGNED = "not signed with a key that its node takes for its archive, as rpm finds"


def refuse_without_tools() -> None:
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        packages = " ".join(TOOLS[tool] for tool in lacking)
        message = f"{' and '.join(lacking)} not installed here: a bundle for dnf needs them"
        raise PodsysError(message, f"apt-get install {packages}, or dnf install createrepo_c")


def find_unsigned(files: Sequence[Path], keys: Iterable[str]) -> set[Path]:
    """Files that none of these armored keys vouches for, or that are not as they were signed."""
    with tempfile.TemporaryDirectory(prefix="podsys-rpm-") as folder:
        rpmkeys = ["rpmkeys", "--dbpath", folder, "--define", "_pkgverify_level all"]
        for number, text in enumerate(keys):
            key = Path(folder) / f"{number}.asc"
            key.write_text(text)
            _run([*rpmkeys, "--import", str(key)])
        good: set[str] = set()
        for start in range(0, len(files), AT_ONCE):
            paths = [str(file) for file in files[start : start + AT_ONCE]]
            said = _run([*rpmkeys, "--checksig", *paths]).stdout
            good |= {line.removesuffix(f": {GOOD}") for line in said.splitlines() if GOOD in line}
    return {file for file in files if str(file) not in good}


def make_index(files: Mapping[str, Path], place: Path) -> dict[str, bytes]:
    """`files` by name in one folder; path -> content of dnf's metadata for it. The files are
    linked aside below `place`, which must be on their disk."""
    with tempfile.TemporaryDirectory(dir=place, prefix="rpms-") as name:
        folder = Path(name)
        for path, file in files.items():
            os.link(file, folder / path)
        words = ["createrepo_c", "--quiet", "--no-database", "--checksum=sha256", str(folder)]
        done = _run(words)
        if done.returncode:
            said = done.stderr.strip()[-300:]
            raise PodsysError(f"createrepo_c made no index: {said}", "", ExitCode.FAILED)
        found = sorted((folder / "repodata").iterdir())
        return {f"repodata/{path.name}": path.read_bytes() for path in found}


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            env=environment, timeout=LIMIT_S,
        )  # fmt: skip
    except FileNotFoundError as error:
        hint = f"apt-get install {TOOLS.get(words[0], words[0])}"
        raise PodsysError(f"{words[0]} is not installed", hint) from error
    except subprocess.TimeoutExpired as error:
        raise PodsysError(f"{words[0]} did not end within {LIMIT_S:.0f} s") from error
