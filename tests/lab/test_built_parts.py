"""A part that comes as sources: built once by one node, shipped as a package to the others."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from podsys import lab
from tests.bad_mirror import serve
from tests.lab.practice import Site, needs_nodes
from tests.lab.releases_site import lock, planned

pytestmark = [*needs_nodes, pytest.mark.slow, pytest.mark.timeout(1800)]
NAME = f"t-parts-{os.getpid()}"
NODES = ("n001", "n002")
PROGRAM = "/opt/hello/bin/hello"
SOURCE = """\
#include <jansson.h>
#include <stdio.h>
int main(void) { printf("jansson %s, %s\\n", JANSSON_VERSION, GREETING); return 0; }
"""
MAKEFILE = "hello: hello.c\n\t$(CC) -DGREETING='\"$(GREETING)\"' -o $@ hello.c -ljansson\n"
RECIPE: dict[str, Any] = {
    "id": "hello",
    "title": "says hello",
    "package": "podsys-hello",
    "needs": ["gcc", "libc6-dev", "make"],
    "uses": ["jansson"],
    "tools": ["/usr/include/jansson.h"],
    "depends": ["libjansson4"],
    "environment": {"GREETING": "built once"},
    "script": 'make -j"$JOBS"\ninstall -D -t "$DESTDIR/opt/hello/bin" hello\n',
    "makes": [PROGRAM],
    "source": ["the site's own"],
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URL and sha256 of the sources, on loopback."""
    folder = tmp_path_factory.mktemp("mirror")
    for name, text in (("hello.c", SOURCE), ("Makefile", MAKEFILE)):
        (folder / name).write_text(text)
    with tarfile.open(folder / "hello-1.0.tar.gz", "w:gz") as tar:
        for name in ("hello.c", "Makefile"):
            tar.add(folder / name, f"hello-1.0/{name}")
    digest = hashlib.sha256((folder / "hello-1.0.tar.gz").read_bytes()).hexdigest()
    with serve(folder) as url:
        yield f"{url}/hello-1.0.tar.gz", digest


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, served: tuple[str, str]) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("parts") / "site", NAME)
    try:
        lab.up(len(NODES), NAME)
        assert found.podsys("init", str(found.root), "--lab").code == 0
        lock(found, put_release(found.root, *served))
        yield found
    finally:
        lab.down(NAME)


def put_release(root: Path, url: str, sha256: str) -> str:
    source = ["Debian 12"]
    release = {
        "id": "debian-12-hello", "name": "hello", "title": "for practice nodes",
        "system": {"os": "debian", "version": "12", "arch": ["x86_64", "aarch64"]},
        "validated": "on practice nodes",
        "origins": {"debian": {"kind": "apt", "url": "http://deb.debian.org/debian"}},
        "components": {
            "jansson": {"version": "2.14", "packages": ["libjansson-dev"], "origin": "debian",
                        "source": source},
            "hello": {"version": "1.0", "artifacts": [{"url": url, "sha256": sha256}],
                      "source": source},
        },
    }  # fmt: skip
    put(root / "releases" / "debian-12-hello.yaml", release)
    put(root / "recipes" / "hello.yaml", RECIPE)
    return "hello"


def put(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def installed(site: Site, node: str) -> str:
    form = "${db:Status-Want} ${Version}"
    return site.sh(node, f"dpkg-query -W -f '{form}' podsys-hello 2>/dev/null || true").strip()


def test_one_builds_and_the_other_needs_no_compiler(site: Site) -> None:
    (build,) = site.plan()["builds"]
    assert (build["node"], build["nodes"]) == ("n001", list(NODES))
    version = build["package"].partition("=")[2]
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert (site.root / "packages" / build["file"]).is_file()
    assert [e["node"] for e in site.newest.journal if e["event"] == "build"] == ["n001"]
    for node in NODES:
        assert installed(site, node) == f"hold {version}"
        assert site.sh(node, PROGRAM).strip() == "jansson 2.14, built once"
    tools = "command -v gcc cc make; ls /usr/include/jansson.h"
    assert site.sh("n002", f"{{ {tools}; }} 2>/dev/null || true") == ""
    assert site.plan()["empty"]


def test_drift_is_named_and_mended_from_the_workspace_alone(site: Site) -> None:
    shutil.rmtree(site.root / "packages" / "sources")
    site.sh("n002", "dpkg --purge podsys-hello 2>&1; rm -r /var/lib/podsys/packages")
    site.sh("n001", "apt-mark unhold podsys-hello")
    plan = site.plan()
    assert [(one["node"], one["nodes"]) for one in plan["builds"]] == [("", ["n002"])]
    differs = planned(plan)
    assert differs["built_parts.package.podsys-hello"] == ["n002"]
    assert "n001" in differs["built_parts.package_hold.podsys-hello"]
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert "build" not in site.newest.events
    assert all(installed(site, node).startswith("hold ") for node in NODES)
    assert not (site.root / "packages" / "sources").exists()


def test_a_part_that_cannot_be_built_takes_nothing_else_with_it(site: Site) -> None:
    before = installed(site, "n001")
    put(site.root / "recipes" / "hello.yaml", RECIPE | {"environment": {"GREETING": 'a" b'}})
    done = site.podsys("init", str(site.root), "--upgrade", "--yes")
    assert done.code == 0, done.err
    site.sh("n002", "sysctl -qw vm.swappiness=60")
    done = site.deploy("--yes")
    assert done.code == 1, done.out + done.err
    (note,) = [e for e in site.newest.journal if e["event"] == "unbuilt"]
    assert "podsys-hello cannot be built: <command-line>: error: expected" in note["reason"]
    assert site.sh("n002", "sysctl -n vm.swappiness").strip() != "60"
    assert installed(site, "n001") == before
    (finding,) = [one for one in site.newest.results if one["check"] == "build.part"]
    assert finding["nodes"] == list(NODES)
    assert "/var/log/podsys/podsys-hello.log on n001" in finding["remedy"]
    assert (site.newest.folder / "build-podsys-hello.log").read_text()


def test_another_recipe_is_another_package(site: Site) -> None:
    before = installed(site, "n001")
    put(site.root / "recipes" / "hello.yaml", RECIPE | {"environment": {"GREETING": "and again"}})
    done = site.podsys("init", str(site.root), "--upgrade", "--yes")
    assert done.code == 0, done.err
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    for node in NODES:
        assert installed(site, node) != before
        assert site.sh(node, PROGRAM).strip() == "jansson 2.14, and again"
    assert len(list((site.root / "packages" / "sources").iterdir())) == 1
