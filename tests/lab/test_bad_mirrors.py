"""What a node's apt says of its mirror while a deploy changes it, and whom the report blames."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from podsys import lab
from podsys.effects.gpg import ensure_repository_key
from tests.bad_mirror import put, serve, write_release
from tests.lab.practice import Site, make_site, needs_nodes

pytestmark = [*needs_nodes, pytest.mark.slow, pytest.mark.timeout(900)]
NAME = f"t-mirrors-{os.getpid()}"
LIST, CONFIG = "/etc/apt/sources.list.d/bad.list", "/etc/apt/apt.conf.d/zz-bad"
# Of its lists, and of when it fetched them.
FORGET = (
    "rm -rf /var/lib/apt/lists/* /var/lib/apt/periodic/update-success-stamp;"
    " touch -d @0 /var/lib/apt/lists"
)
LOGIN = b"<html><body>Please log in to use this network.</body></html>"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    try:
        made = make_site(tmp_path_factory.mktemp("mirrors") / "site", NAME, 2)
        content = yaml.safe_load((made.root / "cluster.yaml").read_text())
        content["accept"]["level"] = 1
        (made.root / "cluster.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        done = made.deploy("--yes")
        assert done.code == 0, done.out + done.err
        yield made
    finally:
        lab.down(NAME)


@contextmanager
def mirror_of_n001(site: Site, folder: Path, everywhere: bytes | None = None) -> Iterator[str]:
    """Beside the archives that it has; and it lacks a package that every node shall have."""
    key = ensure_repository_key(folder / "key")
    address = lab.status(NAME).nodes[0].address.rpartition(".")[0] + ".1"
    options = f'Acquire::Check-Date "true"; Acquire::http::Proxy::{address} "DIRECT";'
    with serve(folder, everywhere=everywhere, address=address) as url:
        line = f"deb [signed-by=/etc/apt/bad.asc] {url} s main"
        site.sh("n001", f"cat > /etc/apt/bad.asc <<'END'\n{key}\nEND")
        site.sh("n001", f"echo '{line}' > {LIST}; echo '{options}' > {CONFIG}")
        site.sh("n001", f"dpkg --purge --force-depends ethtool 2>&1; {FORGET}")
        try:
            yield url
        finally:
            site.sh("n001", f"rm -f {LIST} {CONFIG}")


def blamed(site: Site) -> str:
    """The remedy that stands beside n001; the other node is as it should be."""
    done = site.deploy("--yes")
    assert done.code == 1, done.out + done.err
    assert site.newest.verdicts["n002"] == "certified"
    (finding,) = [one for one in site.newest.results if one["check"] == "apply.node"]
    assert finding["nodes"] == ["n001"]
    return str(finding["remedy"])


def test_a_clock_that_is_behind_is_named_and_not_the_mirror(site: Site, tmp_path: Path) -> None:
    put(tmp_path, {"dists/s/InRelease": write_key_and_release(tmp_path)})
    with mirror_of_n001(site, tmp_path):
        remedy = blamed(site)
    assert "the clock of this node is wrong, not the mirror: it is 2d 23h" in remedy


def write_key_and_release(folder: Path) -> str:
    (folder / "key").mkdir()
    ensure_repository_key(folder / "key")
    return write_release(folder / "key", made_in_days=3)


def test_a_page_that_asks_for_a_login_is_named(site: Site, tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    with mirror_of_n001(site, tmp_path, LOGIN):
        assert "a web page came instead of the archive" in blamed(site)


def test_afterwards_the_next_deploy_mends_it(site: Site) -> None:
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert "ethtool" in site.sh("n001", "command -v ethtool")
