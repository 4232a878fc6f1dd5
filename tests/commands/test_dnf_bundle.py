"""A bundle for dnf from the first question to the last package: real dnf, rpms, server and keys."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from podsys.commands.bundle import _write
from podsys.commands.bundle_gather import Contents, _add
from podsys.commands.bundle_rpms import check_signatures
from podsys.commands.offline import sign_tops
from podsys.core.bundle import Kind
from podsys.core.bundle_check import parse_manifest
from podsys.effects.bundle_file import read_manifest
from podsys.effects.closure import Closure
from podsys.effects.download import Fetcher
from podsys.effects.downloads import fetch_all
from podsys.effects.gpg import ensure_repository_key
from podsys.effects.repository import unpack_repository
from podsys.effects.webserver import serve
from podsys.effects.workspace import Workspace
from podsys.model.bundle import IndexFile
from tests.lab.practice import require_web_server
from tests.node import rpms
from tests.node.dnf_machine import PLAYBOOK, DnfMachine, needs_machine, play
from tests.node.rpms import OLD

pytestmark = needs_machine
HERE = "127.0.0.1"
PACKAGES = (f"nvidia-open={OLD}-1.el9", "kernel-headers")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Archives of two makers, one of whom signs, behind a web server."""
    folder = tmp_path_factory.mktemp("archives")
    key = rpms.Key(folder)
    rpms.build(folder / "www/baseos", rpms.BASE)
    rpms.build(folder / "www/nvidia", rpms.NVIDIA, key)
    (folder / "www/key.asc").write_text(key.public)
    handler = functools.partial(Quiet, directory=str(folder / "www"))
    with http.server.ThreadingHTTPServer((HERE, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield SimpleNamespace(url=f"http://{HERE}:{server.server_port}", www=folder / "www")
        server.shutdown()
    key.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def make_node(folder: Path, shared: SimpleNamespace) -> DnfMachine:
    node = DnfMachine(folder)
    node.add_repository("baseos", f"{shared.url}/baseos", gpgcheck="0")
    node.add_repository("nvidia", f"{shared.url}/nvidia", gpgkey=f"{shared.url}/key.asc")
    return node


def gather(node: DnfMachine) -> Contents:
    answer = node.ask("closure", {"packages": list(PACKAGES)})
    assert "problem" not in answer, answer
    files = tuple(IndexFile.model_validate(one) for one in answer["files"])
    closure = Closure(files, {}, answer["time"], tuple(answer["keys"]), tuple(answer["key_urls"]))
    contents = Contents()
    _add(contents, Kind("rhel", "rocky-9.4", "x86_64", PACKAGES, ("n1",)), closure)
    return contents


def fetch(contents: Contents, folder: Path) -> tuple[Fetcher, list]:
    folder.mkdir(exist_ok=True)
    fetcher = Fetcher(folder, {}, Event())
    wanted = contents.downloads
    found = fetch_all(fetcher, wanted, lambda *_: None)
    return fetcher, check_signatures(contents, fetcher, list(zip(wanted, found, strict=True)))


@pytest.fixture(scope="module")
def site(
    shared: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    """A bundle, made where the archives are, unpacked and signed where they are not."""
    require_web_server()
    folder = tmp_path_factory.mktemp("site")
    folder.parent.chmod(0o755)
    workspace = Workspace(folder / "workspace")
    workspace.root.mkdir()
    contents = gather(make_node(folder / "maker", shared))
    fetcher, outcomes = fetch(contents, folder / "partial")
    assert {done.status for _, done in outcomes} == {"fetched"}, outcomes
    cluster = SimpleNamespace(workspace=workspace, spec=SimpleNamespace(cluster="c"))
    file = folder / "site.bundle"
    _write(file, fetcher, cluster, contents, outcomes)  # type: ignore[arg-type]
    manifest = parse_manifest(read_manifest(file), str(file))
    key = ensure_repository_key(workspace.root)
    repository = Path(tempfile.mkdtemp(prefix="podsys-test-")) / "0123456789abcdef"
    try:
        unpack_repository(file, manifest, repository, lambda f: sign_tops(workspace, manifest, f))
        repository.parent.chmod(0o755)
        yield SimpleNamespace(folder=folder, key=key, repository=repository, manifest=manifest)
    finally:
        shutil.rmtree(repository.parent, ignore_errors=True)


@contextmanager
def served(site: SimpleNamespace) -> Iterator[str]:
    with socket.socket() as free:
        free.bind((HERE, 0))
        port = int(free.getsockname()[1])
    with serve(site.repository, HERE, port, site.folder / "log"):
        yield f"http://{HERE}:{port}/{site.repository.name}"


def archive(site: SimpleNamespace, value: str) -> dict:
    params = {} if value == "own" else {"key": site.key}
    return {
        "id": "a", "kind": "package_archive", "key": "dnf", "value": value, "params": params,
        "compare": "equal", "reboot": False,
    }  # fmt: skip


@pytest.fixture
def node(shared: SimpleNamespace, tmp_path: Path) -> DnfMachine:
    return make_node(tmp_path / "node", shared)


def test_a_bundle_holds_packages_index_and_key_and_the_index_is_signed(
    site: SimpleNamespace,
) -> None:
    kinds = [(one.kind, one.path.rpartition("/")[2]) for one in site.manifest.items]
    assert ("package", f"nvidia-open-{OLD}-1.el9.noarch.rpm") in kinds
    assert [name[8:] for kind, name in kinds if kind == "key"] == ["-key.asc"]
    assert ("index", "repomd.xml") in kinds
    folder = site.repository / "pool/rocky-9.4"
    assert (folder / "repodata/repomd.xml.asc").read_text().startswith("-----BEGIN PGP SIGNATURE")
    assert len(list(folder.glob("*.rpm"))) == 9


def test_a_node_installs_from_the_bundle_alone_and_goes_back(
    site: SimpleNamespace, node: DnfMachine, tmp_path: Path
) -> None:
    own = node.sh("cat /etc/dnf/dnf.conf")
    with served(site) as url:
        _, failures = node.converge(archive(site, url))
        assert failures == []
        assert node.read(archive(site, url)) == {"live": url}
        _, *listed = node.sh("dnf -q repolist").splitlines()
        assert [line.split()[0] for line in listed] == ["podsys-bundle"]
        if PLAYBOOK.exists():
            play(node, tmp_path, [f"nvidia-open-{OLD}-1.el9"])
        else:
            node.sh(f"dnf -q -y install nvidia-open-{OLD}-1.el9")
        installed = node.sh("rpm -qa --qf '%{NAME} %{VERSION}\\n'").splitlines()
        assert {f"nvidia-driver {OLD}", f"nvidia-open {OLD}", "dkms 3.2.1"} <= set(installed)
        # Meanwhile the questions go to the machine's own repositories.
        found = {one["uri"].rpartition("/")[0] for one in gather_uris(node)}
        assert all(site.repository.name not in uri for uri in found)
    assert node.converge(archive(site, "own"))[1] == []
    assert node.sh("cat /etc/dnf/dnf.conf") == own
    assert "nvidia" in node.sh("dnf -q repolist")
    assert node.sh("find /etc /var/cache/dnf -name '*podsys*'") == ""


def gather_uris(node: DnfMachine) -> list[dict]:
    return list(node.ask("closure", {"packages": list(PACKAGES)})["files"])


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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("repomd.xml", "GPG signature verification error"),
        ("repomd.xml.asc", "GPG signature verification error"),
        ("*primary.xml.gz", "primary.xml.gz - Cannot download"),
    ],
)
def test_a_tampered_index_is_refused_by_the_node(
    site: SimpleNamespace, node: DnfMachine, name: str, said: str
) -> None:
    (file,) = (site.repository / "pool/rocky-9.4/repodata").glob(name)
    with served(site) as url, tampered(file):
        failure = " / ".join(node.converge(archive(site, url))[1])
        assert said in failure, failure
        assert node.read(archive(site, url)) == {"live": f"{url}, not fetched"}
        assert "podsys-bundle" in node.fails("dnf -y install dkms")


def test_an_index_signed_by_somebody_else_is_refused(
    site: SimpleNamespace, node: DnfMachine, tmp_path: Path
) -> None:
    stranger = ensure_repository_key(tmp_path)
    with served(site) as url:
        item = archive(site, url)
        item["params"]["key"] = stranger
        failure = " / ".join(node.converge(item)[1])
        assert "GPG signature verification error" in failure


def test_a_tampered_package_is_refused_by_the_node(site: SimpleNamespace, node: DnfMachine) -> None:
    (file,) = (site.repository / "pool/rocky-9.4").glob("dkms-*.rpm")
    with served(site) as url:
        assert node.converge(archive(site, url))[1] == []
        with tampered(file):
            said = node.fails("dnf -y install dkms")
            assert "checksum doesn't match" in said
        assert "dkms" not in node.sh("rpm -qa")
        node.sh("dnf -q -y install dkms")


@pytest.mark.parametrize("changed", ["unsigned", "stranger"])
def test_a_package_that_its_maker_did_not_sign_gets_into_no_bundle(
    shared: SimpleNamespace, tmp_path: Path, changed: str
) -> None:
    www = tmp_path / "www"
    shutil.copytree(shared.www / "nvidia", www)
    (file,) = www.rglob(f"nvidia-driver-libs-{OLD}*.rpm")
    key = rpms.Key(tmp_path, "stranger")
    rpms.run(["rpmsign", "--delsign", str(file)])
    if changed == "stranger":
        key.sign([file])
    key.close()
    rpms.index(www)
    node = make_node(tmp_path / "node", shared)
    handler = functools.partial(Quiet, directory=str(www))
    with http.server.ThreadingHTTPServer((HERE, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://{HERE}:{server.server_port}"
        node.add_repository("nvidia", url, gpgkey=f"{shared.url}/key.asc")
        _, outcomes = fetch(gather(node), tmp_path / "partial")
        server.shutdown()
    failed = {wanted.name: done.reason for wanted, done in outcomes if done.status == "failed"}
    assert list(failed) == ["nvidia-driver-libs"]
    assert "not signed with a key" in json.dumps(failed)
