"""init on real nodes: hosts from every kind of file, keys pinned, a person's edits kept."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from podsys import lab
from tests.lab.practice import Site, measures_nodes

pytestmark = measures_nodes
# In the lab's network, and nobody's.
NOBODY = 200


def addresses(site: Site) -> dict[str, str]:
    return {node.name: node.address for node in lab.status(site.lab).nodes}


def write_csv(file: Path, hosts: dict[str, str]) -> Path:
    rows = [f"compute,{address},{name}" for name, address in hosts.items()]
    file.write_text("\n".join(["group,address,name", *rows]) + "\n")
    return file


def write_ini(file: Path, hosts: dict[str, str]) -> Path:
    rows = [f"{name} ansible_host={address}" for name, address in hosts.items()]
    file.write_text("\n".join(["[compute]", *rows]) + "\n")
    return file


def write_yaml(file: Path, hosts: dict[str, str]) -> Path:
    entries = {name: {"ansible_host": address} for name, address in hosts.items()}
    file.write_text(yaml.safe_dump({"all": {"children": {"compute": {"hosts": entries}}}}))
    return file


def read_nodes(root: Path) -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load((root / "cluster.yaml").read_text())["nodes"])


def key_of(site: Site) -> str:
    return str(lab.status(site.lab).ssh_key)


def keys_in(text: str) -> set[tuple[str, str]]:
    """Address and key, without the algorithm's name, which the key holds as well."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {(address, line[2]) for line in lines for address in line[0].split(",")}


def init(site: Site, root: Path, hosts: dict[str, str]) -> int:
    source = write_csv(root.parent / "hosts.csv", hosts)
    return site.podsys("init", str(root), "--from", str(source), "--key", key_of(site)).code


@pytest.mark.parametrize(
    ("write", "name"), [(write_csv, "h.csv"), (write_ini, "hosts"), (write_yaml, "h.yaml")]
)
def test_hosts_from_every_kind_of_file(site: Site, tmp_path: Path, write, name: str) -> None:
    source, root = write(tmp_path / name, addresses(site)), tmp_path / "new"
    done = site.podsys("init", str(root), "--from", str(source), "--key", key_of(site))
    assert done.code == 0, done.out + done.err
    nodes = read_nodes(root)
    assert {name: node["address"] for name, node in nodes.items()} == addresses(site)
    assert {tuple(node["groups"]) for node in nodes.values()} == {("compute",)}
    known = keys_in(lab.status(site.lab).known_hosts.read_text())
    by_address = {(host, key) for host, key in known if host not in nodes}
    assert keys_in((root / "known_hosts").read_text()) == by_address
    plan = site.podsys("deploy", "-C", str(root), "--plan")
    assert plan.code == 0, plan.err


def test_hosts_from_a_range(site: Site, tmp_path: Path) -> None:
    found = sorted(addresses(site).values())
    base, first = found[0].rsplit(".", 1)
    words = f"{base}.[{first}-{int(first) + 1}]"
    done = site.podsys("init", str(tmp_path / "r"), "--hosts", words, "--key", key_of(site))
    assert done.code == 0, done.out + done.err
    assert list(read_nodes(tmp_path / "r")) == found[:2]


def test_init_again_keeps_edits_adds_nodes_and_says_so(site: Site, tmp_path: Path) -> None:
    root, hosts = tmp_path / "again", addresses(site)
    assert init(site, root, {n: hosts[n] for n in ("n001", "n002", "n003")}) == 0
    file = root / "cluster.yaml"
    text = file.read_text()
    assert "override: {}" in text
    own = 'override: {sysctl.vm.swappiness: "5"}  # ours'
    edited = text.replace("override: {}", own, 1)  # of settings; faults have one, too
    edited = edited.replace("profile: training", "profile: hpc")
    file.write_text(edited + "# the last word\n")
    source = write_csv(tmp_path / "all.csv", hosts)
    done = site.podsys("init", str(root), "--from", str(source))
    assert done.code == 0, done.out + done.err
    assert set(read_nodes(root)) == set(hosts)
    for kept in ('override: {sysctl.vm.swappiness: "5"}  # ours', "# the last word", "hpc"):
        assert kept in file.read_text()
    said = " ".join(done.out.split())
    assert "n004" in said
    for kept in ("profile: hpc", "settings.override"):
        assert kept in said
    lost = [line for line in edited.splitlines() if line not in file.read_text().splitlines()]
    assert lost == []


def test_an_unreachable_host_is_listed_and_kept(site: Site, tmp_path: Path) -> None:
    root, hosts = tmp_path / "lost", addresses(site)
    gone = f"{hosts['n001'].rsplit('.', 1)[0]}.{NOBODY}"
    source = write_csv(tmp_path / "hosts.csv", hosts | {"n009": gone})
    done = site.podsys("init", str(root), "--from", str(source), "--key", key_of(site))
    assert done.code == 3, done.out + done.err
    assert "n009" in done.out
    assert "Traceback" not in done.err
    nodes = read_nodes(root)
    assert nodes["n009"]["state"] == "unreachable"
    assert [name for name, node in nodes.items() if "state" in node] == ["n009"]
    plan = site.podsys("deploy", "-C", str(root), "--plan", "--json")
    assert '"unreachable": ["n009"]' in " ".join(plan.out.split()).replace("[ ", "[").replace(
        " ]", "]"
    )


def test_a_changed_host_key_is_refused(site: Site, tmp_path: Path) -> None:
    root, hosts = tmp_path / "keys", addresses(site)
    assert init(site, root, hosts) == 0
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True
    )
    other = (tmp_path / "other.pub").read_text().split()[1]
    known = root / "known_hosts"
    lines = [line for line in known.read_text().splitlines() if hosts["n002"] not in line]
    forged = "\n".join([*lines, f"{hosts['n002']} ssh-ed25519 {other}"]) + "\n"
    known.write_text(forged)
    for words in (["init", str(root)], ["deploy", "-C", str(root), "--plan"]):
        done = site.podsys(*words)
        assert "host key changed" in done.out + done.err
    assert keys_in(known.read_text()) == keys_in(forged)
    assert site.podsys("init", str(root)).code == 3
    assert read_nodes(root)["n002"]["state"] == "unreachable"
