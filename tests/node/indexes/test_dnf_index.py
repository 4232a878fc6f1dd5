"""What needs no dnf of what dnf is asked; the rest is held by test_real_dnf.py."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from podsys.node.indexes import dnf_index
from podsys.node.indexes.resolve import open_index


@pytest.mark.parametrize(
    ("repository", "said"),
    [
        ({"metalink": "https://m/x?repo=r", "mirrorlist": "", "baseurl": ["https://b"]},
         "https://m/x?repo=r r"),
        ({"metalink": None, "mirrorlist": "https://l", "baseurl": []}, "https://l r"),
        ({"metalink": "", "mirrorlist": "", "baseurl": ["https://me:secret@b/x", "https://c"]},
         "https://b/x r"),
        ({"metalink": "", "mirrorlist": "", "baseurl": []}, "r"),
    ],
)  # fmt: skip
def test_an_origin_is_what_is_configured_without_a_login(repository: dict, said: str) -> None:
    assert dnf_index.describe_origin(SimpleNamespace(id="r", **repository)) == said


def test_a_hash_of_another_kind_is_none() -> None:
    package = SimpleNamespace(returnIdSum=lambda: ("sha1", "aa"))
    with pytest.raises(dnf_index.machine.Unreadable, match="no sha256"):
        dnf_index.describe(package)


def test_a_python_that_is_not_dnfs_own_says_so(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.tool("dnf", "true")
    monkeypatch.setattr("site.getsitepackages", list)
    monkeypatch.setitem(sys.modules, "dnf", None)
    with pytest.raises(dnf_index.machine.Unreadable, match="has no module of dnf"):
        open_index([])
