"""A node builds a part by its recipe: real tar, real make and compiler, real packages."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from podsys.node import build as builder
from podsys.node.build_recipe import find_lacking
from tests.node.conftest import FakeMachine

TOOLS = ("sh", "tar", "make", "cc", "dpkg-deb", "ldd", "install", "mkdir")
needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason="no compiler on this machine"
)
MAKEFILE = "hello: hello.c\n\tcc -o hello hello.c $(LDLIBS)\n"
HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
SCRIPT = 'make -j"$JOBS" $GOAL\ninstall -D -t "$DESTDIR/opt/hello/bin" hello\n'


@pytest.fixture
def node(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Its apt does nothing; all other tools are this machine's."""
    machine.put("/run/keep")
    machine.tool("apt-get", "exit 0")
    for name in TOOLS:
        real = shutil.which(name)
        if real:
            machine.tool(name, f'exec {real} "$@"')
    monkeypatch.setenv("PATH", os.environ["PATH"])
    return machine


def send(node: FakeMachine, files: dict[str, str], top: str = "hello-1/") -> str:
    """The sha256 of sources that the admin node has put there."""
    folder = node.path("/sources")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    aside = node.path("/aside.tar")
    with tarfile.open(aside, "w:gz") as tar:
        for name in files:
            tar.add(folder / name, f"{top}{name}")
    digest = hashlib.sha256(aside.read_bytes()).hexdigest()
    arrival = node.path(f"/var/cache/podsys/build/{digest}.tar")
    arrival.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(arrival)
    return digest


def request(digest: str, **changed: Any) -> dict[str, Any]:
    sources = {
        "how": "recipe", "component": "hello", "url": "https://h/hello", "commit": "c" * 40,
        "sha256": digest, "title": "says hello", "script": SCRIPT, "environment": {"GOAL": "hello"},
        "tools": [], "makes": ["/opt/hello/bin/hello"], "lent": [],
    }  # fmt: skip
    return {
        "name": "podsys-hello", "version": "1+abc", "arch": "amd64", "kernel": "",
        "packages": ["gcc", "make"], "depends": ["libc6"], "sources": sources | changed,
    }  # fmt: skip


@needs_tools
def test_the_package_has_what_the_recipe_made_and_says_where_it_is_from(
    node: FakeMachine, tmp_path: Path
) -> None:
    answer = builder.build(request(send(node, {"Makefile": MAKEFILE, "hello.c": HELLO})))
    assert "problem" not in answer, answer
    assert any("install gcc make" in call for call in node.calls)
    control = ask("--field", answer["file"])
    assert "Package: podsys-hello\nVersion: 1+abc\nArchitecture: amd64\n" in control
    assert "Depends: libc6\n" in control
    assert f"from https://h/hello {'c' * 40}." in control
    ask("-x", answer["file"], str(tmp_path / "out"))
    done = subprocess.run([tmp_path / "out/opt/hello/bin/hello"], capture_output=True, check=True)
    assert done.stdout == b"hello\n"
    left = [path.name for path in node.path("/var/cache/podsys/build").iterdir()]
    assert left == ["podsys-hello.deb"]
    assert "+ DESTDIR=" in node.get(answer["log"])


def ask(*words: str) -> str:
    done = subprocess.run(["dpkg-deb", *words], capture_output=True, text=True, check=True)
    return done.stdout


@needs_tools
def test_sources_without_a_folder_at_their_top(node: FakeMachine) -> None:
    answer = builder.build(request(send(node, {"Makefile": MAKEFILE, "hello.c": HELLO}, top="")))
    assert "problem" not in answer, answer


@needs_tools
@pytest.mark.parametrize(
    ("files", "changed", "said"),
    [
        ({"hello.c": "int main(void) { return x; }\n"}, {}, "hello.c:1:25: error: 'x' undeclared"),
        ({}, {"environment": {"GOAL": "nothing"}}, "No rule to make target 'nothing'"),
        ({}, {"makes": ["/opt/other"]}, "its recipe made no /opt/other"),
        ({}, {"tools": ["/usr/local/cuda/bin/nvcc"]}, "there is no /usr/local/cuda/bin/nvcc"),
        ({}, {"script": "exit 7"}, "exit code 7"),
    ],
)
def test_a_build_that_fails_has_the_compilers_own_words(
    node: FakeMachine, files: dict[str, str], changed: dict[str, Any], said: str
) -> None:
    digest = send(node, {"Makefile": MAKEFILE, "hello.c": HELLO} | files)
    answer = builder.build(request(digest, **changed))
    assert answer["problem"].startswith("podsys-hello cannot be built: ")
    assert said in re.sub("[\u2018\u2019]", "'", answer["problem"])
    assert answer["log"] == "/var/log/podsys/podsys-hello.log"


@needs_tools
def test_sources_that_came_damaged_are_not_unpacked(node: FakeMachine) -> None:
    digest = send(node, {"Makefile": MAKEFILE})
    with node.path(f"/var/cache/podsys/build/{digest}.tar").open("ab") as file:
        file.write(b"x")
    assert "came damaged" in builder.build(request(digest))["problem"]
    assert not [call for call in node.calls if call.startswith(("tar", "sh"))]


@needs_tools
def test_a_program_that_lacks_a_library_is_no_package(node: FakeMachine, tmp_path: Path) -> None:
    """A library of the maker's, there while building and nowhere else."""
    library = tmp_path / "libgone.so.1"
    code = ["-shared", "-Wl,-soname,libgone.so.1", "-o", library, "-x", "c", "/dev/null"]
    subprocess.run(["cc", *code], check=True)
    (tmp_path / "libgone.so").symlink_to(library)
    digest = send(node, {"Makefile": MAKEFILE, "hello.c": HELLO})
    environment = {"GOAL": "hello", "LDLIBS": f"-Wl,--no-as-needed -L{tmp_path} -lgone"}
    problem = builder.build(request(digest, environment=environment))["problem"]
    assert problem == "podsys-hello cannot be built: /opt/hello/bin/hello lacks libgone.so.1"
    digest = send(node, {"Makefile": MAKEFILE, "hello.c": HELLO})
    lent = builder.build(request(digest, environment=environment, lent=["libgone.so.1"]))
    assert "problem" not in lent, lent


def test_what_ldd_does_not_find(machine: FakeMachine) -> None:
    machine.tool(
        "ldd", "printf '\\tlibc.so.6 => /lib/libc.so.6 (0x1)\\n\\tlibx.so.2 => not found\\n'"
    )
    assert find_lacking("/any") == ["libx.so.2"]


@needs_tools
def test_a_module_of_one_kernel_is_made_known_to_it(node: FakeMachine, tmp_path: Path) -> None:
    place = "lib/modules/$KERNEL/updates/podsys"
    script = f'mkdir -p "$DESTDIR/{place}"; echo code > "$DESTDIR/{place}/x.ko"'
    digest = send(node, {"Makefile": MAKEFILE})
    asked = request(digest, script=script, makes=["/lib/modules/*/updates/podsys/x.ko"])
    answer = builder.build(dict(asked, kernel="6.1.0-9"))
    assert "problem" not in answer, answer
    assert "Depends: kmod, libc6\n" in ask("--field", answer["file"])
    ask("-e", answer["file"], str(tmp_path / "control"))
    assert "depmod 6.1.0-9" in (tmp_path / "control/postinst").read_text()
