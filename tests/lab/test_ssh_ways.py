"""Ways to the nodes beyond a plain address: OpenSSH's config, a bastion; and hung machines."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from podsys import lab
from podsys.commands.common import load_cluster
from podsys.effects.mpirun import run_job
from podsys.effects.ssh import Command
from tests.lab import practice
from tests.lab.practice import Site, needs_nodes

pytestmark = needs_nodes
WHENCE = "echo $SSH_CONNECTION"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Nodes that nobody has set up: logging in is all that these tests need."""
    name = f"t-ways-{os.getpid()}"
    try:
        yield practice.make_site(tmp_path_factory.mktemp("site") / "ways", name)
    finally:
        lab.down(name)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A workspace whose nodes are known to OpenSSH's config alone."""

    root: Path
    addresses: dict[str, str]

    def ask(self, command: str = WHENCE, limit: float = 20) -> dict[str, str]:
        cluster = load_cluster(self.root)
        with cluster.connect() as fleet:
            found = fleet.run_each({name: Command(command) for name in cluster.spec.nodes}, limit)
            return {o.node: o.error or o.stdout.decode().strip() for o in found}

    def expected(self) -> dict[str, list[str]]:
        """From where, and to which address and port."""
        found = self.addresses
        return {"two": [found["n001"], found["n002"], "22"],
                "three": [found["n001"], found["n003"], "2222"]}  # fmt: skip


@pytest.fixture
def hidden(site: Site, tmp_path: Path) -> Iterator[Hidden]:
    """n002 and n003 by names that only the config knows, through n001; n003 on port 2222."""
    found = lab.status(site.lab)
    addresses = {node.name: node.address for node in found.nodes}
    (tmp_path / "config").write_text(
        f"Include {tmp_path}/more\n"
        f"Host two\n HostName {addresses['n002']}\n"
        f"Host three\n HostName {addresses['n003']}\n Port 2222\n"
        f"Host gate\n HostName {addresses['n001']}\n ProxyJump none\n"
        f"Host *\n IdentityFile {found.ssh_key}\n IdentitiesOnly yes\n ProxyJump gate\n"
    )
    (tmp_path / "more").write_text("Host *\n User root\n")
    (tmp_path / "hosts.csv").write_text("name,address\ntwo,two\nthree,three\n")
    root = tmp_path / "hidden"
    root.mkdir()
    (root / "known_hosts").write_text(found.known_hosts.read_text())
    site.sh("n003", "/usr/sbin/sshd -p 2222 -o PidFile=/run/sshd-2222.pid")
    try:
        words = ("--from", str(tmp_path / "hosts.csv"), "--ssh-config", str(tmp_path / "config"))
        done = site.podsys("init", str(root), *words)
        assert done.code == 0, done.out + done.err
        yield Hidden(root, addresses)
    finally:
        site.sh("n003", "kill $(cat /run/sshd-2222.pid)")


def ansible(hidden: Hidden, command: str) -> subprocess.CompletedProcess[str]:
    """By hand, as a person would; without connections that outlive the test."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "ansible"), "all", "-o", "-m", "raw", "-a", command],
        cwd=hidden.root / "rendered",
        env=os.environ | {"ANSIBLE_SSH_ARGS": "-o ControlPath=none -o BatchMode=yes"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def read(connection: str) -> list[str]:
    """sshd's own word on it: client address, client port, server address, server port."""
    words = connection.replace("\\r\\n", " ").split()
    return [words[0], *words[2:4]]


def test_podsys_goes_the_way_that_the_config_says(hidden: Hidden) -> None:
    assert {name: read(said) for name, said in hidden.ask().items()} == hidden.expected()


def test_ansible_goes_the_same_way_with_the_same_keys(hidden: Hidden) -> None:
    done = ansible(hidden, WHENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    said = {line.split()[0]: line.partition("(stdout)")[2] for line in done.stdout.splitlines()}
    assert {name: read(text) for name, text in said.items()} == hidden.expected()


def test_an_mpi_job_goes_the_same_way(hidden: Hidden, site: Site) -> None:
    spec = load_cluster(hidden.root).spec
    ssh = spec.ssh.model_copy(update={"key": str(lab.status(site.lab).ssh_key)})
    done = run_job(ssh, "three", hidden.root / "known_hosts", f"{WHENCE}; ssh-add -l", 20)
    assert done.code == 0, done.stderr
    assert read(done.stdout) == hidden.expected()["three"]


def test_a_bastion_whose_key_is_not_pinned_is_refused_by_all(hidden: Hidden) -> None:
    file = hidden.root / "known_hosts"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if hidden.addresses["n001"] not in line))
    (error,) = set(hidden.ask().values())
    assert "the bastion" in error
    assert "no pinned host key" in error
    done = ansible(hidden, "true")
    assert done.returncode != 0
    assert "Host key verification failed" in done.stdout + done.stderr


def test_a_hung_sshd_and_an_address_of_nobody_end_in_time_with_one_line_each(site: Site) -> None:
    cluster = load_cluster(site.root)
    ssh = cluster.spec.ssh.model_copy(update={"timeout_s": 3.0})
    nobody = cluster.spec.nodes["n002"].model_copy(
        update={"address": f"{cluster.spec.nodes['n002'].address.rpartition('.')[0]}.200"}
    )
    spec = cluster.spec.model_copy(
        update={"ssh": ssh, "nodes": {**cluster.spec.nodes, "n009": nobody}}
    )
    site.sh("n004", "pkill -STOP -o -x sshd")
    try:
        with type(cluster)(cluster.workspace, spec, cluster.catalog).connect() as fleet:
            found = {o.node: o for o in fleet.run_each({n: Command("true") for n in spec.nodes}, 9)}
    finally:
        site.sh("n004", "pkill -CONT -o -x sshd")
    assert "is it hung?" in found["n004"].error
    assert found["n009"].error
    assert "\n" not in found["n004"].error + found["n009"].error
    assert max(o.seconds for o in found.values()) < 5
    assert all(found[name].ok for name in ("n001", "n002", "n003"))
