"""rpm's signatures and createrepo_c's index, by the real tools on tiny rpms."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from podsys.effects import rpms as effect
from podsys.errors import PodsysError
from tests.node import rpms

GOOD = ("dkms", "kernel-devel", "kernel-headers", "libc6-like")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Packages of two makers, each with a key."""
    folder = tmp_path_factory.mktemp("signed")
    one, other = rpms.Key(folder, "one"), rpms.Key(folder, "other")
    files = sorted(rpms.build(folder / "rpms", rpms.BASE[1:], one).rglob("*.rpm"))
    other.sign(files[:1])
    yield SimpleNamespace(files=files, one=one.public, other=other.public)
    one.close()
    other.close()


@rpms.needs_dnf
def test_every_maker_is_known_by_its_key_and_a_text_may_have_several(
    signed: SimpleNamespace,
) -> None:
    assert len(signed.files) == len(GOOD)
    assert effect.find_unsigned(signed.files, [signed.one, signed.other]) == set()
    assert effect.find_unsigned(signed.files, [signed.one + "\n" + signed.other]) == set()
    assert effect.find_unsigned(signed.files, [signed.one, "no key"]) == set(signed.files[:1])
    assert effect.find_unsigned(signed.files, []) == set(signed.files)
    assert effect.find_unsigned([], []) == set()


@rpms.needs_dnf
@pytest.mark.parametrize("place", [0.02, 0.9, 0.95, 0.99])  # between is room for more signatures
def test_a_changed_byte_is_no_signature(
    signed: SimpleNamespace, tmp_path: Path, place: float
) -> None:
    content = bytearray(signed.files[1].read_bytes())
    content[int(len(content) * place)] ^= 1
    file = tmp_path / ("0" * 64)
    file.write_bytes(content)
    assert effect.find_unsigned([file], [signed.one]) == {file}


@rpms.needs_dnf
def test_an_index_has_each_file_with_its_hash_and_leaves_nothing(
    signed: SimpleNamespace, tmp_path: Path
) -> None:
    files = {}
    for file in signed.files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        os.link(file, tmp_path / digest)
        files[file.name] = tmp_path / digest
    found = effect.make_index(files, tmp_path)
    repomd = found["repodata/repomd.xml"].decode()
    named = re.findall(r'<location href="([^"]+)"', repomd)
    assert set(named) == set(found) - {"repodata/repomd.xml"}
    for path in named:
        assert hashlib.sha256(found[path]).hexdigest() in path
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        p.name for p in files.values()
    )


def test_tools_that_are_missing_are_named_with_their_packages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PodsysError, match="createrepo_c and rpmkeys not installed here") as caught:
        effect.refuse_without_tools()
    assert caught.value.hint.startswith("apt-get install createrepo-c rpm")
