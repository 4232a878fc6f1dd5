"""The workspace's key: made once, its private part nowhere else, its signatures good for gpgv."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from podsys.effects.gpg import clearsign, detach_sign, ensure_repository_key

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpg-agent")), reason="needs gpg and gpg-agent"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deeper than the path of an agent's socket may be."""
    deep = tmp_path_factory.mktemp("site") / ("deep" * 30)
    deep.mkdir()
    return deep


def check(workspace: Path, text: str, key: str, *beside: str) -> int:
    ring, signed = workspace / "ring.gpg", workspace / "signed"
    signed.write_text(text)
    armor = subprocess.run(
        ["gpg", "--dearmor"], input=key.encode(), capture_output=True, check=True
    )
    ring.write_bytes(armor.stdout)
    words = ["gpgv", "--keyring", str(ring), str(signed), *beside]
    return subprocess.run(words, capture_output=True, check=False).returncode


def test_a_signed_text_is_good_and_a_changed_one_is_not(workspace: Path) -> None:
    key = ensure_repository_key(workspace)
    signed = clearsign(workspace, "Suite: debian-12\n")
    assert "Suite: debian-12\n" in signed
    assert check(workspace, signed, key) == 0
    assert check(workspace, signed.replace("12", "13"), key) != 0


def test_a_signature_may_stand_beside_its_text(workspace: Path) -> None:
    key = ensure_repository_key(workspace)
    text = "<repomd>\n</repomd>\n"
    (workspace / "text").write_text(text)
    (workspace / "text.asc").write_text(detach_sign(workspace, text))
    beside = str(workspace / "text")
    assert check(workspace, (workspace / "text.asc").read_text(), key, beside) == 0
    (workspace / "text").write_text(text.replace("md>", "MD>", 1))
    assert check(workspace, (workspace / "text.asc").read_text(), key, beside) != 0


def test_the_key_is_made_once_and_is_nobody_elses(workspace: Path) -> None:
    key = ensure_repository_key(workspace)
    assert key.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert ensure_repository_key(workspace) == key
    folder = workspace / "signing" / "repository"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / ".gitignore").read_text() == "*\n!public.asc\n"
    assert [path.name for path in folder.parent.iterdir()] == ["repository"]
    assert not list(folder.glob("S.gpg-agent*"))
