"""The practice cluster behaves like servers, and leaves nothing behind."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from podsys import lab
from podsys.errors import PodsysError
from podsys.lab import faults
from podsys.lab.layout import Lab
from tests.lab.practice import needs_nodes

pytestmark = needs_nodes
NAME = f"t-lab-{os.getpid()}"
ROOT = Path(__file__).resolve().parents[2]
THP = "/sys/kernel/mm/transparent_hugepage/enabled"


@pytest.fixture(scope="module")
def running() -> Iterator[lab.LabStatus]:
    """Two nodes for all tests of this file that need no other number."""
    try:
        yield lab.up(2, NAME)
    finally:
        lab.down(NAME)


def sh(node: str, script: str, name: str = NAME) -> str:
    return faults.run_in(node, ["sh", "-c", script], name).stdout.strip()


def ssh(status: lab.LabStatus, node: int, command: str) -> subprocess.CompletedProcess[str]:
    options = (
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=5",
        f"UserKnownHostsFile={status.known_hosts}",
    )
    words = [word for option in options for word in ("-o", option)]
    login = f"{status.user}@{status.nodes[node].address}"
    return subprocess.run(
        ["ssh", "-i", status.ssh_key, *words, login, command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def wait_until(true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def reboot(node: str) -> None:
    """Reboot from inside and wait for the node to be another boot, and ready."""
    before = sh(node, "cat /proc/sys/kernel/random/boot_id")
    sh(node, "systemctl reboot")

    def is_back() -> bool:
        try:
            now = sh(node, "cat /proc/sys/kernel/random/boot_id")
            state = sh(node, "systemctl is-system-running")
        except PodsysError:  # between two boots there is nothing to enter
            return False
        return now not in ("", before) and state == "running"

    wait_until(is_back)


def find_traces(name: str) -> dict[str, list[str]]:
    """Everything on this machine that belongs to a lab."""
    made = Lab.named(name)
    marks = (made.prefix, made.bridge, f"{made.dir}/")
    argvs = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            argvs.append(path.read_text().replace("\0", " "))
        except OSError:
            continue
    found = {
        "links": subprocess.check_output(["ip", "link"], text=True).splitlines(),
        "namespaces": [str(path) for path in Path("/run/netns").glob("*")],
        "mounts": Path("/proc/self/mountinfo").read_text().splitlines(),
        "groups": [str(path) for path in Path("/sys/fs/cgroup").glob("**/podsys-*")],
        "processes": argvs,
        "run": [str(path) for path in Path("/run/systemd/nspawn").glob("*/*")],
        "files": [f"{made.dir}/"] if made.dir.exists() else [],
    }
    return {
        kind: kept
        for kind, lines in found.items()
        if (kept := [line for line in lines if any(mark in line for mark in marks)])
    }


def test_nodes_answer_on_ssh_with_pinned_keys(running: lab.LabStatus) -> None:
    assert [node.name for node in running.nodes] == ["n001", "n002"]
    assert running.ready
    for number, node in enumerate(running.nodes):
        done = ssh(running, number, "hostname && cat /etc/hosts")
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{node.name}\n127.0.0.1\tlocalhost\n127.0.1.1\t{node.name}\n"


def test_nodes_are_whole_systems_of_their_own(running: lab.LabStatus) -> None:
    wait_until(lambda: sh("n001", "systemctl is-system-running") == "running")
    for file in (
        "/etc/machine-id",
        "/proc/sys/kernel/random/boot_id",
        "/etc/ssh/ssh_host_ed25519_key.pub",
    ):
        assert sh("n001", f"cat {file}") != sh("n002", f"cat {file}")


def test_second_up_does_nothing_and_is_fast(running: lab.LabStatus) -> None:
    before = sh("n001", "cat /proc/sys/kernel/random/boot_id")
    said: list[str] = []
    began = time.monotonic()
    assert lab.up(2, NAME, said.append) == running
    assert time.monotonic() - began < 3
    assert said == []
    assert sh("n001", "cat /proc/sys/kernel/random/boot_id") == before


def test_up_adds_and_removes_the_difference(running: lab.LabStatus) -> None:
    before = sh("n001", "cat /proc/sys/kernel/random/boot_id")
    more = lab.up(4, NAME)
    assert [node.name for node in more.nodes] == ["n001", "n002", "n003", "n004"]
    assert ssh(more, 3, "true").returncode == 0
    assert lab.up(2, NAME) == running
    assert not Lab.named(NAME).node(3).dir.exists()
    assert sh("n001", "cat /proc/sys/kernel/random/boot_id") == before


def test_reboot_keeps_address_and_resets_what_a_kernel_resets(running: lab.LabStatus) -> None:
    sh("n001", "sysctl -qw vm.max_map_count=7 net.ipv4.tcp_fin_timeout=33 net.core.rmem_max=9")
    reboot("n001")
    values = sh("n001", "sysctl -n vm.max_map_count net.ipv4.tcp_fin_timeout net.core.rmem_max")
    assert values.split() == ["65530", "60", "212992"]
    assert ssh(running, 0, "hostname").stdout == "n001\n"


def test_a_command_in_a_node_does_not_keep_it_from_rebooting(running: lab.LabStatus) -> None:
    with ThreadPoolExecutor(1) as pool:
        sleeping = pool.submit(sh, "n001", "exec sleep 77")
        wait_until(lambda: "sleep 77" in sh("n001", "ps axo args"))
        reboot("n001")
        assert sleeping.done()


def test_boot_applies_sysctl_d_to_kernel_defaults(running: lab.LabStatus) -> None:
    file = "/etc/sysctl.d/90-test.conf"
    sh("n001", f"printf 'vm.swappiness=1\nnet.ipv4.tcp_slow_start_after_idle=0\n' > {file}")
    read = "sysctl -n vm.swappiness net.ipv4.tcp_slow_start_after_idle"
    try:
        assert sh("n001", read).split() == ["60", "1"]
        reboot("n001")
        assert sh("n001", read).split() == ["1", "0"]
    finally:  # the other tests share this node
        sh("n001", f"rm {file}")
        reboot("n001")
    assert sh("n001", read).split() == ["60", "1"]


def test_kernel_arguments_need_update_grub_and_reboot(running: lab.LabStatus) -> None:
    line = 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT transparent_hugepage=never"'
    sh("n002", f"mkdir -p /etc/default/grub.d; echo '{line}' > /etc/default/grub.d/t.cfg")
    reboot("n002")
    assert "transparent_hugepage" not in sh("n002", "cat /proc/cmdline")
    sh("n002", "update-grub")
    assert "transparent_hugepage" not in sh("n002", "cat /proc/cmdline")
    reboot("n002")
    assert sh("n002", "cat /proc/cmdline").endswith(" ro quiet transparent_hugepage=never")
    assert sh("n002", f"cat {THP}") == "always madvise [never]"
    sh("n002", "rm /etc/default/grub.d/t.cfg; update-grub")
    reboot("n002")
    assert sh("n002", f"cat {THP}") == "[always] madvise never"


def test_knobs_are_alike_separate_and_settle(running: lab.LabStatus) -> None:
    read = (
        f"cat {THP} /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; sysctl -n vm.swappiness"
    )
    assert sh("n001", read) == sh("n002", read)
    host = Path(THP).read_text()
    sh("n001", f"echo madvise > {THP}")
    wait_until(lambda: sh("n001", f"cat {THP}") == "always [madvise] never", 5)
    assert sh("n002", f"cat {THP}") == "[always] madvise never"
    assert Path(THP).read_text() == host
    sh("n001", f"echo always > {THP}")


def test_all_knobs_can_be_listed(running: lab.LabStatus) -> None:
    listed = sh("n001", "timeout 20 sysctl -a 2>&1")
    assert "vm.swappiness = 60" in listed
    assert "not be repeated" not in listed


def test_nodes_have_no_way_out(running: lab.LabStatus) -> None:
    assert "default" not in sh("n001", "ip route")
    bridge = Path("/proc/sys/net/ipv4/conf", running.bridge, "forwarding")
    assert bridge.read_text() == "0\n"


def test_packages_come_through_the_proxy_and_links_have_their_rate(running: lab.LabStatus) -> None:
    install = "DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends iperf3"
    for node in ("n001", "n002"):
        sh(node, f"{install} >/dev/null 2>&1 || (apt-get -qq update && {install})")
    assert measure(running, "n001", 1) == pytest.approx(0.95 * running.link_mbps, rel=0.06)
    faults.slow_pair("n001", "n002", 50, NAME)
    assert measure(running, "n001", 1) == pytest.approx(48, rel=0.1)
    faults.heal("n002", NAME)
    faults.heal("n001", NAME)
    assert measure(running, "n001", 1) == pytest.approx(0.95 * running.link_mbps, rel=0.06)


def measure(status: lab.LabStatus, client: str, server: int) -> float:
    node = status.nodes[server]
    sh(node.name, "iperf3 -s -1 -D")
    wait_until(lambda: "5201" in sh(node.name, "ss -Hltn"), 10)
    result = json.loads(sh(client, f"iperf3 -J -t 2 -c {node.address}"))
    return float(result["end"]["sum_received"]["bits_per_second"]) / 1e6


def test_chronyd_runs_in_a_node(running: lab.LabStatus) -> None:
    sh("n002", "DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends chrony")
    assert sh("n002", "systemctl is-active chrony") == "active"
    assert "Leap status" in sh("n002", "chronyc tracking")


def test_faults_show_in_the_state_and_heal(running: lab.LabStatus) -> None:
    def state() -> str:
        return lab.status(NAME).nodes[1].state

    for fault, shown in (
        (faults.stop_sshd, "starting"),
        (faults.freeze, "starting"),
        (faults.kill_node, "stopped"),
    ):
        fault("n002", NAME)
        assert state() == shown
        assert lab.status(NAME).nodes[0].state == "running"
        faults.heal("n002", NAME)
        assert state() == "running"


def test_down_leaves_nothing() -> None:
    name = f"{NAME}-down"
    links = sorted(path.name for path in Path("/sys/class/net").iterdir() if "pl" not in path.name)
    try:
        lab.up(2, name)
        assert set(find_traces(name)) == {
            "links",
            "namespaces",
            "mounts",
            "groups",
            "processes",
            "run",
            "files",
        }
    finally:
        lab.down(name)
    assert find_traces(name) == {}
    now = sorted(path.name for path in Path("/sys/class/net").iterdir() if "pl" not in path.name)
    assert now == links
    lab.down(name)


def test_down_without_memory(running: lab.LabStatus) -> None:
    """The lab's own notes are gone: the kernel still knows what there is."""
    name = f"{NAME}-lost"
    try:
        lab.up(1, name)
        (Lab.named(name).dir / "lab.json").write_text('{"subnet": ')
    finally:
        lab.down(name)
    assert find_traces(name) == {}
    assert lab.status(NAME).ready


@pytest.mark.parametrize("again", [False, True])
def test_killed_up_can_be_taken_down_or_repeated(again: bool) -> None:
    name = f"{NAME}-kill"
    chance = random.Random(os.getpid() + again)
    code = f"from podsys import lab; lab.up(3, {name!r})"
    try:
        for _ in range(6):
            with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as process:
                time.sleep(chance.uniform(0.1, 1.5))
                process.send_signal(signal.SIGKILL)
            if again:
                assert lab.up(2, name).ready
            else:
                lab.down(name)
                assert find_traces(name) == {}
    finally:
        lab.down(name)
    assert find_traces(name) == {}


def test_labs_side_by_side(running: lab.LabStatus) -> None:
    names = [f"{NAME}-{letter}" for letter in "ab"]
    try:
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda name: lab.up(1, name), names))
        assert len({status.gateway for status in (running, *found)}) == 3
        assert all(status.ready for status in found)
    finally:
        for name in names:
            lab.down(name)
    assert lab.status(NAME).ready
