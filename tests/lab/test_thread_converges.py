"""From fresh nodes to a certificate; then nothing is left to do, and drift is undone exactly."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.lab.practice import Outcome, Site, measures_nodes
from tests.lab.snapshot import find_touched, take

pytestmark = measures_nodes
NODES = ("n001", "n002", "n003", "n004")


def test_fresh_nodes_become_a_certified_cluster(fresh: tuple[Site, Outcome]) -> None:
    site, done = fresh
    assert done.code == 0, done.err
    assert "CERTIFIED" in done.out
    run = site.first
    assert run.certificate["verdict"] == "certified"
    assert run.verdicts == dict.fromkeys(NODES, "certified")
    assert [event["event"] for event in run.journal][-2:] == ["certified", "finished"]
    rates = {f["nodes"][0]: f["value"] for f in run.results if f["metric"] == "tcp_pair_bw"}
    assert set(rates) == set(NODES)
    assert all(0 < rate < 0.5 for rate in rates.values())  # below the nominal rate of the links
    assert [f["value"] for f in run.results if f["metric"] == "mpi_allreduce_ranks"] == [4]


def test_the_certificate_verifies_offline_and_only_unchanged(site: Site, tmp_path: Path) -> None:
    run = site.first
    assert site.podsys("verify", str(run.certificate_file)).code == 0
    file = run.certificate_file
    text = file.read_text()
    try:
        file.write_text(text.replace("certified", "certifiedd", 1))
        assert site.podsys("verify", str(file)).code == 1
    finally:
        file.write_text(text)


def test_a_second_deploy_changes_nothing(site: Site) -> None:
    before = {node: take(site, node) for node in NODES}
    plan = site.deploy("--plan")
    assert plan.code == 0
    assert "Nothing to do" in plan.out
    second = site.deploy("--yes")
    assert second.code == 0, second.err
    assert "Nothing to do" in second.out
    for node in NODES:
        after = take(site, node)
        assert find_touched(before[node], after) == set()
        assert after == before[node]


ANSIBLES_OWN = {"/root/.ansible", "/root/.ansible/tmp"}


def test_playbooks_by_hand_find_nothing_to_change(site: Site) -> None:
    before = {node: take(site, node).files for node in NODES}
    # podsys itself leaves not even this.
    assert not any(set(files) & ANSIBLES_OWN for files in before.values())
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "playbooks/site.yaml"],
        cwd=site.root / "rendered",
        env=os.environ | {"ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    recap = dict(re.findall(r"^(n\d+) +: (.*)$", done.stdout, re.MULTILINE))
    assert set(recap) == set(NODES)
    for counts in recap.values():
        found = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", counts)}
        assert found["ok"] > 10
        assert (found["changed"], found["unreachable"], found["failed"]) == (0, 0, 0)
    for node in NODES:
        after = take(site, node).files
        assert {path: after[path] for path in after if path not in ANSIBLES_OWN} == before[node]


DRIFT = {
    "n001": "sysctl -qw vm.swappiness=60",
    "n002": "sed -i 's/^vm.dirty_ratio = .*/vm.dirty_ratio = 20/' /etc/sysctl.d/zz-podsys.conf; "
    "chmod 600 /etc/chrony/chrony.conf",
    "n003": "systemctl stop prometheus-node-exporter; sed -i 's/ n002$/ n02/' /etc/hosts",
    "n004": "dpkg --purge --force-depends curl 2>&1",
}
# Item of the plan, and the node that it was drifted on.
PLANNED = {
    "sysctl.vm.swappiness": ["n001"],
    "sysctl.vm.dirty_ratio": ["n002"],
    "dropin.sysctl": ["n002"],
    "time_client.file./etc/chrony/chrony.conf": ["n002"],
    # What a service read at its start may not be what its file allows to be read now.
    "time_client.service_config.chrony.service": ["n002"],
    "node_exporter.service.prometheus-node-exporter.service": ["n003"],
    "node_exporter.service_config.prometheus-node-exporter.service": ["n003"],
    "base.file_block./etc/hosts": ["n003"],
    "base.package.curl": ["n004"],
}
# Paths that undoing the drift may write to; a package's own scripts write the linker's cache.
WRITTEN = {
    "n001": set[str](),
    "n002": {"/etc/sysctl.d/zz-podsys.conf", "/etc/sysctl.d", "/etc/chrony/chrony.conf"},
    "n003": {"/etc/hosts", "/etc"},
    "n004": {"/etc/ld.so.cache", "/etc"},
}


# Ansible comes and goes through this folder on every node that it visits.
def test_drift_of_every_kind_is_planned_and_undone_exactly(site: Site) -> None:
    before = {node: take(site, node) for node in NODES}
    for node, script in DRIFT.items():
        site.sh(node, script)
    plan = site.plan()
    assert {c["item"]["id"]: c["nodes"] for c in plan["changes"]} == PLANNED
    assert plan["reboots"] == []
    with site.edited("accept", level=1):
        done = site.deploy("--yes")
    assert done.code == 0, done.err + done.out
    for node in NODES:
        after = take(site, node)
        assert find_touched(before[node], after) - ANSIBLES_OWN <= WRITTEN[node]
        assert after.files | {"/etc/ld.so.cache": ""} == before[node].files | {
            "/etc/ld.so.cache": ""
        }
        for part in ("packages", "units", "knobs", "boot"):
            assert getattr(after, part) == getattr(before[node], part)
