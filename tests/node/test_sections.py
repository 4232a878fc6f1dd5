import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node import machine as door
from podsys.node.sections import disks, network, read_section
from podsys.node.sections.clock import parse_tracking
from podsys.node.sections.disks import find_mounts
from podsys.node.sections.system import read_os_release
from tests.node.hardware import config_space, link, put_device

TRACKING = (
    "0A000001,n001,3,1763899200.5,-0.000012345,0.000001,0.00002,1.5,0.01,0.2,"
    "0.0003,0.0001,64.2,Normal"
)
CPUINFO = """\
processor\t: {cpu}
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9654
physical id\t: {socket}
core id\t\t: {core}

"""


@pytest.fixture
def system(machine):
    machine.put("/etc/os-release", 'ID=rocky\nVERSION_ID="9.4"\nID_LIKE="rhel centos fedora"\n')
    machine.put("/proc/uptime", "120.5 200.0\n")
    machine.put("/proc/sys/kernel/random/boot_id", "b00t\n")
    machine.tool("systemd-detect-virt", "echo none; exit 1")
    return machine


def test_system(system):
    system.put("/sys/class/dmi/id/product_serial", "Not Specified\n")
    system.put("/sys/class/dmi/id/product_name", "DGX H100\n")
    found = read_section("system")
    assert (found["os"], found["os_version"], found["os_family"]) == ("rocky", "9.4", "rhel")
    assert (found["virtual"], found["virtualization"]) == (False, "none")
    assert (found["serial"], found["product"], found["vendor"]) == ("", "DGX H100", "")
    assert (found["uptime_s"], found["boot_id"]) == (120.5, "b00t")


@pytest.mark.parametrize(
    ("release", "family"),
    [("ID=ubuntu\nID_LIKE=debian", "debian"), ("ID=debian", "debian"), ("ID=arch", "arch")],
)
def test_family(system, release, family):
    system.put("/etc/os-release", release)
    assert read_section("system")["os_family"] == family


def test_a_quote_too_many_costs_nothing_else(system):
    system.put("/etc/os-release", 'NAME="open\nID=debian\n')
    assert read_os_release()["ID"] == "debian"


def test_container(system):
    system.tool("systemd-detect-virt", "echo systemd-nspawn")
    assert read_section("system")["virtual"] is True


def test_cpu(machine):
    places = [(0, 0, 0), (1, 0, 0), (2, 0, 1), (3, 1, 0)]
    machine.put(
        "/proc/cpuinfo", "".join(CPUINFO.format(cpu=c, socket=s, core=k) for c, s, k in places)
    )
    found = read_section("cpu")
    assert (found["sockets"], found["cpus"], found["cores"]) == (2, 4, 3)
    assert (found["vendor"], found["model"]) == ("AuthenticAMD", "AMD EPYC 9654")


def test_memory(machine):
    machine.put("/proc/meminfo", "MemTotal:  1024 kB\nSwapTotal: 0 kB\n")
    for node in ("node0", "node1", "possible"):
        machine.put(f"/sys/devices/system/node/{node}")
    assert read_section("memory") == {"total_kb": 1024, "swap_kb": 0, "numa_nodes": 2}


@pytest.mark.parametrize(("name", "file"), [("cpu", "cpuinfo"), ("memory", "meminfo")])
def test_nothing_to_read_is_no_answer(machine, name, file):
    with pytest.raises(door.Unreadable, match=file):
        read_section(name)


def test_network(machine, monkeypatch):
    addresses = {"eth0": ["10.0.0.1/24", "fe80::1/64"]}
    monkeypatch.setattr(network, "read_addresses", lambda: addresses)
    for name in ("lo", "eth0", "docker0", "br0", "bond0", "eth0.100", "veth12"):
        machine.put(f"/sys/class/net/{name}/mtu", "9000\n")
    machine.put("/sys/class/net/br0/bridge/x")
    machine.put("/sys/class/net/bond0/bonding/x")
    machine.put("/sys/class/net/eth0/speed", "-1\n")
    machine.put("/sys/class/net/eth0/operstate", "up\n")
    found = read_section("network")
    assert found["nic_count"] == 1
    nic = found["nics"][0]
    assert (nic["name"], nic["mtu"], nic["state"]) == ("eth0", 9000, "up")
    assert (nic["speed_mbps"], nic["physical"]) == (None, False)
    assert nic["addresses"] == ["10.0.0.1/24", "fe80::1/64"]
    machine.put("/sys/class/net/eth0/speed", "400000\n")
    assert read_section("network")["nics"][0]["speed_mbps"] == 400000


def test_a_nic_on_pci(machine, monkeypatch):
    monkeypatch.setattr(network, "read_addresses", dict)
    put_device(machine, ["0000:3b:00.0"], "020000", config_space((0x8086, 0x1592)))
    machine.put("/sys/bus/pci/drivers/ice/x")
    link(machine, "/sys/bus/pci/devices/0000:3b:00.0/driver", "/sys/bus/pci/drivers/ice")
    link(machine, "/sys/class/net/eth0/device", "/sys/bus/pci/devices/0000:3b:00.0")
    for name, text in {"duplex": "half", "carrier_changes": "5", "mtu": "x"}.items():
        machine.put(f"/sys/class/net/eth0/{name}", f"{text}\n")
    nic = read_section("network")["nics"][0]
    assert (nic["bdf"], nic["numa_node"], nic["driver"]) == ("0000:3b:00.0", 0, "ice")
    assert (nic["duplex"], nic["carrier_changes"], nic["mtu"]) == ("half", 5, None)
    assert nic["physical"] is True


def test_disks(machine):
    for path in ("/", "/data", "/my disk", "/lower"):
        machine.path(path).mkdir(exist_ok=True)
    machine.put(
        "/proc/self/mounts",
        "proc /proc proc rw 0 0\n/dev/sda1 / ext4 ro,relatime 0 0\n/dev/sda1 /data ext4 rw 0 0\n"
        "overlay /lower overlay rw 0 0\n/dev/sdb1 /my\\040disk xfs rw 0 0\n"
        "/dev/sdc /gone xfs rw 0 0\n",
    )
    mounts = read_section("disks")["mounts"]
    assert [(m["path"], m["fs"], m["read_only"]) for m in mounts] == [
        ("/", "ext4", True),
        ("/my disk", "xfs", False),
    ]
    assert all(0 < m["used_pct"] <= 100 for m in mounts)


def test_a_server_that_is_gone_costs_its_own_mount_only(machine, monkeypatch):
    machine.put(
        "/proc/self/mounts",
        "/dev/sda1 / ext4 rw 0 0\nnas1:/a /a nfs4 rw 0 0\nnas2:/b /b nfs ro,hard 0 0\n"
        "nas3:/c /c fuse.sshfs rw 0 0\nlxcfs /d fuse.lxcfs rw 0 0\n",
    )
    half_full = os.statvfs_result((4096, 4096, 1000, 500, 500, 100, 50, 50, 0, 255))

    def statvfs(path):
        if path.endswith("/b"):
            time.sleep(60)
        if path.endswith("/d"):
            return os.statvfs_result((4096, 4096, 0, 0, 0, 0, 0, 0, 0, 255))
        return half_full

    monkeypatch.setattr(os, "statvfs", statvfs)
    monkeypatch.setattr(disks, "PATIENCE_S", 1.0)
    mounts = {mount["path"]: mount for mount in read_section("disks")["mounts"]}
    assert list(mounts) == ["/", "/a", "/b", "/c"]
    assert [path for path, mount in mounts.items() if mount["hung"]] == ["/b"]
    assert mounts["/b"] == {
        "path": "/b",
        "fs": "nfs",
        "read_only": True,
        "hung": True,
        "reason": "no answer within 1 s",
        "used_pct": None,
        "inodes_pct": None,
    }
    assert {mounts[path]["used_pct"] for path in ("/", "/a", "/c")} == {50.0}


def test_a_mount_that_answers_with_an_error_is_hung_too(machine):
    machine.put("/proc/self/mounts", "nas1:/a /gone nfs4 rw 0 0\n")
    mount = read_section("disks")["mounts"][0]
    assert (mount["hung"], mount["reason"]) == (True, "/gone: No such file or directory")


def test_root_of_a_container_counts(machine):
    found = find_mounts("overlay / overlay rw 0 0")
    assert [(mount.path, mount.fs, mount.options) for mount in found] == [("/", "overlay", ["rw"])]


@pytest.mark.parametrize("fs", ["tmpfs", "rootfs", "erofs", "bcachefs"])
def test_root_of_any_kind_counts(machine, fs):
    (mount,) = find_mounts(f"{fs} / {fs} rw 0 0\ntmpfs /run tmpfs rw 0 0")
    assert (mount.path, mount.fs) == ("/", fs)


def test_what_covers_another_mount_counts_in_its_place(machine):
    machine.path("/data").mkdir()
    found = find_mounts(
        "rootfs / rootfs rw 0 0\n/dev/sda1 / xfs ro 0 0\nnas1:/a /data nfs4 rw 0 0\n"
        "/dev/sdb1 /data ext4 rw 0 0"
    )
    assert [(mount.path, mount.fs) for mount in found] == [("/", "xfs"), ("/data", "ext4")]


@pytest.mark.parametrize(("options", "read_only"), [("rw,emergency_ro", True), ("rw,noro", False)])
def test_a_filesystem_that_stopped_writing(machine, options, read_only):
    machine.put("/proc/self/mounts", f"/dev/sda1 / ext4 {options} 0 0\n")
    assert [m["read_only"] for m in read_section("disks")["mounts"]] == [read_only]


@given(st.text(max_size=200))
def test_any_mounts(text):
    try:
        found = find_mounts(text)
    except door.Unreadable:
        return
    assert all(mount.path.isprintable() for mount in found)


def test_capabilities(machine):
    assert read_section("capabilities") == {"names": []}
    machine.put("/sys/bus/pci/devices/0000:17:00.0/class", "0x030200\n")
    machine.put("/sys/bus/pci/devices/0000:17:00.0/vendor", "0x10de\n")
    machine.put("/sys/bus/pci/devices/0000:18:00.0/class", "0x020000\n")
    machine.put("/sys/bus/pci/devices/0000:18:00.0/vendor", "0x1002\n")
    machine.put("/sys/devices/system/node/node1/cpulist")
    machine.put("/proc/swaps", "Filename\n/dev/sda2 partition\n")
    machine.tool("apt-get", "")
    names = {"names": ["apt", "numa", "nvidia_gpu", "swap"]}
    assert read_section("capabilities") == names


def test_clock_by_chrony(machine):
    machine.units({"chrony.service": {"ActiveState": "active"}})
    machine.tool("chronyc", f"echo {TRACKING}")
    assert read_section("clock") == {
        "daemon": "chronyd",
        "synchronised": True,
        "offset_s": -0.000012345,
        "source": "n001",
    }


@pytest.mark.parametrize(
    "line", [TRACKING.replace("Normal", "Not synchronised"), TRACKING.replace(",3,", ",0,")]
)
def test_a_clock_that_runs_free(line):
    assert parse_tracking(line)["synchronised"] is False


@pytest.mark.parametrize("line", ["", "506 Cannot talk to daemon", TRACKING + ",", "a," * 13])
def test_no_tracking_is_no_answer(line):
    with pytest.raises((door.Unreadable, ValueError)):
        parse_tracking(line)


def test_clock_by_timesyncd(machine):
    machine.units({"systemd-timesyncd.service": {"ActiveState": "active"}})
    assert read_section("clock")["synchronised"] is False
    machine.put("/run/systemd/timesync/synchronized")
    found = read_section("clock")
    assert (found["synchronised"], found["offset_s"]) == (True, None)


def test_clock_by_nobody(machine):
    machine.units({})
    found = read_section("clock")
    assert (found["daemon"], found["synchronised"]) == ("none", False)


def test_packages(machine):
    machine.put("/var/lib/dpkg/status", "Package: a\nStatus: install ok half-installed\n")
    assert read_section("packages") == {"broken": ["a"], "reboot_required": False}
    machine.put("/var/run/reboot-required")
    assert read_section("packages")["reboot_required"] is True


def test_units(machine):
    listed = "echo 'a.service loaded failed failed A'; echo 'b.timer loaded activating start B'"
    machine.tool("systemctl", f"case $1 in list-units) {listed};; *) echo SystemState=x;; esac")
    assert read_section("units") == {
        "failed": ["a.service"],
        "activating": ["b.timer"],
        "state": "x",
    }


@pytest.mark.parametrize(
    ("addresses", "only"),
    [(["127.0.1.1"], True), (["::1"], True), (["127.0.1.1", "10.0.0.1"], False), ([], False)],
)
def test_names(monkeypatch, addresses, only):
    found = [(2, 1, 6, "", (address, 0)) for address in addresses]
    monkeypatch.setattr("_socket.getaddrinfo", lambda *_, **__: found)
    assert read_section("names")["loopback_only"] is only
    assert read_section("names")["hostname_addresses"] == sorted(addresses)
