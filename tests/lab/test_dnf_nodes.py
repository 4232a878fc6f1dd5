"""Nodes whose package manager is the real dnf: a release locked, deployed, held, and bundled.

They are practice nodes in Rocky's clothes: its name in /etc/os-release, its paths, no dpkg and no
apt. Packages of its names and NVIDIA's are empty rpms; the programs are Debian's, and were there.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from podsys import lab
from podsys.effects.repository import find_place
from tests.lab import practice
from tests.lab.practice import Site, needs_nodes
from tests.node import rpms
from tests.node.rpms import NEW, OLD, Rpm

pytestmark = [*needs_nodes, rpms.needs_dnf, pytest.mark.slow]
NODES = ("n001", "n002")
PORT = 8643
ON_NODES = ("dnf", "dnf-plugins-core", "rpm", "chrony", "ethtool", "pciutils", "curl", "fio")
# What roles install on Rocky.
EMPTY = (
    "ca-certificates", "chrony", "curl", "ethtool", "fio", "iperf3", "openmpi", "pciutils",
    "python3-dnf-plugin-versionlock", "python3-mpi4py-openmpi", "stress-ng",
)  # fmt: skip
CLOTHES = """
rm -f /etc/os-release /usr/bin/apt-get /usr/bin/apt-config /usr/bin/apt-mark /usr/bin/apt-cache
printf 'ID="rocky"\\nID_LIKE="rhel centos fedora"\\nVERSION_ID="9.4"\\n' > /etc/os-release
mv /var/lib/dpkg /var/lib/dpkg.away
mkdir -p /etc/yum.repos.d /etc/pki/rpm-gpg
printf '[main]\\ngpgcheck=1\\nbest=True\\nskip_if_unavailable=0\\n' > /etc/dnf/dnf.conf
printf '[main]\\nenabled=0\\n' > /etc/dnf/plugins/local.conf
ln -sf /etc/chrony.conf /etc/chrony/chrony.conf
rpmdb --initdb
"""
REPOSITORY = "printf '[%s]\\nname=%s\\nbaseurl=%s\\n%s\\n' > /etc/yum.repos.d/%s.repo"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    practice.require_web_server()
    name = f"t-dnf-{os.getpid()}"
    root = tmp_path_factory.mktemp("site") / "rocky"
    www = tmp_path_factory.mktemp("www")
    key = rpms.Key(www.parent)
    rpms.build(www / "baseos", [*rpms.BASE, *(Rpm(name, "1.0", {name: []}) for name in EMPTY)])
    rpms.build(www / "nvidia", rpms.NVIDIA, key)
    (www / "key.asc").write_text(key.public)
    key.close()
    try:
        lab.up(len(NODES), name, packages=ON_NODES)
        site = practice.make_site(root, name, len(NODES))
        handler = functools.partial(Quiet, directory=str(www))
        with http.server.ThreadingHTTPServer((gateway(site), 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://{gateway(site)}:{server.server_port}"
            for node in NODES:
                dress(site, node, url)
            write_site(site, url)
            yield SimpleNamespace(site=site, server=server)
    finally:
        lab.down(name)
        shutil.rmtree(find_place(root), ignore_errors=True)


@pytest.fixture
def site(place: SimpleNamespace) -> Site:
    return place.site


def gateway(site: Site) -> str:
    return lab.status(site.lab).nodes[0].address.rpartition(".")[0] + ".1"


def dress(site: Site, node: str, url: str) -> None:
    site.sh(node, CLOTHES)
    for name, more in (("baseos", "gpgcheck=0"), ("nvidia", f"gpgkey={url}/key.asc")):
        site.sh(node, REPOSITORY % (name, name, f"{url}/{name}", more, name))


def write_site(site: Site, url: str) -> None:
    """Two releases of the site's own, which differ in the driver."""
    for version in (OLD, NEW):
        release = {
            "id": f"rocky-9-tiny-{version}", "name": f"tiny-{version}", "title": "tiny rpms",
            "system": {"os": "rocky", "version": "9", "arch": ["x86_64"]},
            "validated": "in a test", "origins": {"own": {"kind": "dnf", "url": url}},
            "components": {
                "headers": {"version": "5.14.0", "packages": ["kernel-devel"], "origin": "own",
                            "source": ["a test"]},
                "driver": {"version": version, "packages": ["nvidia-open"], "origin": "own",
                           "cuda": "13.0", "built_against": ["headers"], "source": ["a test"]},
            },
        }  # fmt: skip
        file = site.root / "releases" / f"{release['id']}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(release, sort_keys=False))
    change(site, monitoring={"server": None}, accept={"level": 1}, rollout={"canary": 0})


def change(site: Site, **parts: object) -> None:
    """cluster.yaml with other parts; None takes one out."""
    file = site.root / "cluster.yaml"
    content = yaml.safe_load(file.read_text()) | parts
    file.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))


def lock(site: Site, version: str) -> dict[str, str]:
    """Packages of the lock after `podsys init`."""
    change(site, release={"all": f"tiny-{version}"})
    done = site.podsys("init", str(site.root))
    assert done.code == 0, done.out + done.err
    (release,) = yaml.safe_load((site.root / "podsys.lock").read_text())["releases"]
    parts = release["components"].values()
    return {p["name"]: p["version"] for part in parts for p in part["packages"]}


def installed(site: Site, node: str) -> dict[str, str]:
    lines = site.sh(
        node, "rpm -qa --qf '%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n'"
    ).splitlines()
    return {name: v.removeprefix("0:") for name, v in (line.split(" ") for line in lines)}


def about_packages(plan: dict[str, Any]) -> dict[str, list[str]]:
    return {
        change["item"]["id"]: change["nodes"]
        for change in plan["changes"]
        if change["item"]["kind"].startswith("package")
    }


def deploy(site: Site) -> None:
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert site.newest.verdicts == dict.fromkeys(NODES, "certified")


def test_a_release_is_locked_by_dnf_and_moves_as_one_set(site: Site) -> None:
    for version in (NEW, OLD):
        wanted = lock(site, version)
        assert wanted["nvidia-open"] == f"{version}-1.el9"
        assert wanted["nvidia-driver-libs"] == f"3:{version}-1.el9"
        assert len(wanted) == 6
        deploy(site)
        for node in NODES:
            assert wanted.items() <= installed(site, node).items()
        assert about_packages(site.plan()) == {}
    site.sh("n001", "dnf -q -y upgrade")
    assert wanted.items() <= installed(site, "n001").items()


def test_what_hands_have_moved_is_named_and_put_back(site: Site) -> None:
    site.sh("n002", "dnf -q -y --disableplugin=versionlock upgrade")
    found = about_packages(site.plan())
    assert found["nvidia_driver.package.nvidia-driver"] == ["n002"]
    assert found["nvidia_driver.package_hold.nvidia-driver"] == ["n002"]
    deploy(site)
    assert about_packages(site.plan()) == {}
    assert installed(site, "n002")["nvidia-driver"] == f"3:{OLD}-1.el9"


def test_nodes_install_from_a_bundle_once_their_archives_are_gone(
    place: SimpleNamespace, site: Site
) -> None:
    file = site.root / "site.bundle"
    done = site.podsys("bundle", str(file), "-C", str(site.root), "--json")
    assert done.code == 0, done.out + done.err
    assert site.podsys("bundle", str(file), "--verify").code == 0
    place.server.shutdown()
    place.server.server_close()
    site.sh("n002", "rpm -e --nodeps nvidia-open nvidia-driver stress-ng; dnf -q clean all")
    change(site, bundle={"file": "site.bundle", "listen": gateway(site), "port": PORT})
    assert about_packages(site.plan())["bundle.package_archive.dnf"] == list(NODES)
    deploy(site)
    for node in NODES:
        _, *listed = site.sh(node, "dnf -q repolist").splitlines()
        assert [line.split()[0] for line in listed] == ["podsys-bundle"]
    assert installed(site, "n002")["nvidia-open"] == f"{OLD}-1.el9"
    assert about_packages(site.plan()) == {}
    change(site, bundle=None)
    deploy(site)
    assert "podsys" not in site.sh("n001", "dnf -q repolist; cat /etc/dnf/dnf.conf")
