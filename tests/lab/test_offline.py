"""A site without internet: bundle, deploy, certificate; and whoever tampers is refused."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import yaml

from podsys import lab
from podsys.commands.common import load_cluster
from podsys.commands.offline import load_offline, serve_bundle
from podsys.effects.evidence import hash_file
from podsys.effects.repository import find_place
from podsys.lab.layout import Lab
from podsys.lab.processes import list_pids, read_argv
from tests.lab import practice
from tests.lab.practice import Site, end_group, needs_nodes

pytestmark = needs_nodes
NODES = ("n001", "n002")
KILLS = 10
PORT = 8642
RELEASE = "nvidia-535.309"
FETCHED = f"/var/lib/apt/lists/*:{PORT}_*"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    practice.require_web_server()
    name = f"t-offline-{os.getpid()}"
    root = tmp_path_factory.mktemp("site") / "offline"
    try:
        made = practice.make_site(root, name, len(NODES))
        change(made, monitoring={"server": None}, accept={"level": 1}, rollout={"canary": 0})
        change(made, release={"all": RELEASE})
        done = made.podsys("init", str(root))  # asks their apt, while it has archives
        assert done.code == 0, done.out + done.err
        yield made
    finally:
        lab.down(name)
        shutil.rmtree(find_place(root), ignore_errors=True)


def change(site: Site, **parts: object) -> None:
    """cluster.yaml with other parts; None takes one out."""
    file = site.root / "cluster.yaml"
    content = yaml.safe_load(file.read_text()) | parts
    file.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))


def gateway(site: Site) -> str:
    return lab.status(site.lab).nodes[0].address.rpartition(".")[0] + ".1"


def whole_files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if len(path.name) == 64]


def locked(site: Site) -> set[tuple[str, str]]:
    """Every package of podsys.lock."""
    (release,) = yaml.safe_load((site.root / "podsys.lock").read_text())["releases"]
    parts = release["components"].values()
    return {(p["name"], p["version"]) for part in parts for p in part.get("packages", ())}


def wait_for_files(folder: Path, more: int, process: subprocess.Popen[str]) -> None:
    """Until so many more are whole: the command is in the midst of fetching."""
    goal = len(whole_files(folder)) + more
    deadline = time.monotonic() + 120
    while len(whole_files(folder)) < goal and process.poll() is None:
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)


def sleep(seconds: float, _process: subprocess.Popen[str]) -> None:
    time.sleep(seconds)


def kill_bundle(site: Site, file: Path, moment: Callable[[subprocess.Popen[str]], None]) -> bool:
    """Whether it was killed in mid-run: a quick machine may have ended by then."""
    process = site.start("bundle", str(file), "-C", str(site.root), quiet=True)
    try:
        moment(process)
        killed = process.poll() is None
        process.kill()
        process.wait(60)
    finally:
        end_group(process)
    if file.exists():  # whole, or it would not have this name; the next one begins anew
        assert site.podsys("bundle", str(file), "--verify").code == 0
        file.unlink()
        return False
    return killed


def test_a_bundle_that_is_killed_ten_times_goes_on(site: Site) -> None:
    chance = random.Random(5)
    file = site.root / "site.bundle"
    folder = site.root / "site.bundle.partial"
    kills = 0
    while kills < KILLS:
        if kills % 3:
            kills += kill_bundle(site, file, partial(sleep, chance.random() * 2))
        else:
            more = chance.randrange(1, 25)
            kills += kill_bundle(site, file, partial(wait_for_files, folder, more))
    assert all(hash_file(path) == path.name for path in whole_files(folder))
    kept = len(whole_files(folder))
    done = site.podsys("bundle", str(file), "-C", str(site.root), "--json")
    assert done.code == 0, done.out + done.err
    items = json.loads(done.out)["items"]
    assert locked(site) <= {(one["name"], one["version"]) for one in items}
    assert sum(one["status"] == "kept" for one in items) >= kept > 0
    assert {"chrony", "iperf3", "prometheus-node-exporter", "python3-apt"} <= {
        one["name"] for one in items
    }
    assert not folder.exists()
    assert site.podsys("bundle", str(file), "--verify").code == 0


def cut(site: Site) -> None:
    """The package proxy is gone, and so is every way but the one to the admin node."""
    conf = str(Lab.named(site.lab).dir / "proxy/conf")
    for pid in list_pids():
        if conf in read_argv(pid):
            os.kill(pid, signal.SIGKILL)
    for node in NODES:
        routes = site.sh(node, "ip -4 route").split("\n")
        assert [line.split()[0] for line in routes if line] == [f"{gateway(site)[:-1]}0/24"]


def test_nodes_that_reach_nobody_but_the_admin_node_are_certified(site: Site) -> None:
    cut(site)
    change(site, bundle={"file": "site.bundle", "listen": gateway(site), "port": PORT})
    plan = site.plan()
    waits = sorted({id_ for reboot in plan["reboots"] for id_ in reboot["because"]})
    change(site, settings={"disable": waits})  # another test's matter, and it takes its time
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert site.newest.verdicts == dict.fromkeys(NODES, "certified")
    for node in NODES:
        said = site.sh(node, "apt-cache policy iperf3; apt-get indextargets --format '$(REPO_URI)'")
        assert f"http://{gateway(site)}:{PORT}/" in said
        assert "debian.org" not in said
        installed = site.sh(node, "dpkg-query -W -f '${Package} ${Version}\\n'").splitlines()
        assert locked(site) <= {tuple(line.split()) for line in installed}
    assert site.plan()["changes"] == []
    secret = (site.root / "signing/repository/private-keys-v1.d").glob("*.key")
    assert [key.stat().st_mode & 0o077 for key in secret] == [0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((gateway(site), PORT), 5)


@contextmanager
def served(site: Site) -> Iterator[Path]:
    """As deploy serves it; the folder that is served."""
    cluster = load_cluster(site.root)
    offline = load_offline(cluster.workspace, cluster.spec)
    assert offline
    with serve_bundle(cluster.workspace, cluster.spec, site.root):
        yield find_place(site.root) / offline.id


def ask(site: Site, path: str, method: str = "GET") -> int:
    """The status, for a path as it is: no client tidies it."""
    with socket.create_connection((gateway(site), PORT), 5) as connection:
        connection.sendall(f"{method} {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


def test_nothing_but_the_repository_can_be_had(site: Site) -> None:
    with served(site) as repository:
        top, suite = f"/{repository.name}", f"/{repository.name}/dists/debian-12"
        (repository / "pool/link").symlink_to("/etc/passwd")
        (repository / "pool/away").symlink_to("/etc")
        (repository.parent / "secret").write_text("secret")
        try:
            assert ask(site, f"{suite}/InRelease") == 200
            for path in (
                "/", f"{top}/", f"{top}/pool/", f"{suite}/", f"{top}.conf", "/secret",
                "/../../../../etc/passwd", f"{top}/pool/../../secret",
                f"{top}/pool/../../../../../../etc/passwd",
                f"{top}/pool/%2e%2e/%2e%2e/secret", f"{top}/pool/..%2f..%2fsecret",
                f"{top}/pool/link", f"{top}/pool/away/passwd",
            ):  # fmt: skip
                assert ask(site, path) in (403, 404), path
            for method in ("PUT", "POST", "DELETE"):
                assert ask(site, f"{suite}/InRelease", method) >= 400
            owners = {Path(f"/proc/{pid}").stat().st_uid for pid in servers(repository)}
            assert owners
            assert 0 not in owners
        finally:
            (repository / "pool/link").unlink()
            (repository / "pool/away").unlink()
            (repository.parent / "secret").unlink()
    assert servers(repository) == []


def servers(repository: Path) -> list[int]:
    config = str(repository.parent / f"{repository.name}.conf")
    return [pid for pid in list_pids() if config in read_argv(pid)]


@contextmanager
def tampered(file: Path) -> Iterator[None]:
    """One byte in the middle is another one."""
    before = file.read_bytes()
    middle = len(before) // 2
    file.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    try:
        yield
    finally:
        file.write_bytes(before)


def test_a_tampered_index_or_package_is_refused_by_the_nodes(site: Site) -> None:
    cluster = load_cluster(site.root)
    offline = load_offline(cluster.workspace, cluster.spec)
    assert offline
    repository = find_place(site.root) / offline.id
    (iperf3,) = (repository / "pool/debian-12").glob("iperf3_*.deb")
    site.sh("n001", f"rm -f {FETCHED}")
    site.sh("n002", "dpkg --purge --force-depends iperf3 2>&1; rm -f /var/cache/apt/archives/*.deb")
    with tampered(repository / "dists/debian-12/InRelease"), tampered(iperf3):
        done = site.deploy("--yes")
    assert done.code == 1, done.out + done.err
    assert "Traceback" not in done.err
    reasons = {
        f["nodes"][0]: f["evidence"] for f in site.newest.results if f["check"] == "apply.node"
    }
    assert "signature" in reasons["n001"], reasons
    assert "iperf3" in reasons["n002"], reasons
    assert (
        site.sh("n002", "dpkg -s iperf3 2>/dev/null | grep Status || echo none").strip() == "none"
    )
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert site.newest.verdicts == dict.fromkeys(NODES, "certified")


def test_without_a_bundle_the_own_archives_count_again(site: Site) -> None:
    change(site, bundle=None)
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert "own_archives" in done.out
    for node in NODES:
        assert "debian.org" in site.sh(node, "apt-get indextargets --format '$(REPO_URI)'")
        assert "podsys-bundle" not in site.sh(node, "find /etc/apt")
    assert site.plan()["changes"] == []
