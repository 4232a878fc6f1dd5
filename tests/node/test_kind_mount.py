"""Mounts: what the kernel lists, what fstab says, and that none of them is ever touched."""

import os

import pytest

from podsys.node.mount_options import find_options
from podsys.node.mounts import place_of, read_live, unit_name

ROOT = "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
NFS = "30 20 0:40 / /home rw,relatime shared:2 - nfs4 nfs1:/export/home rw,vers=4.2,nconnect=8\n"


@pytest.fixture
def home(machine, item):
    machine.put("/proc/self/mountinfo", ROOT)
    machine.put("/etc/fstab", "# by hand\nUUID=1 / ext4 defaults 0 1\n")
    return item("mount", "/home", "nfs1:/export/home nfs4 nconnect=8,_netdev")


@pytest.fixture
def kernel(machine, home):
    """A mount program that does as it is told by the files beside it."""
    machine.put("/mounted", ROOT + NFS)
    machine.put("/alone", ROOT)
    machine.put("/remounted", ROOT + NFS)
    table = "$PODSYS_ROOT/proc/self/mountinfo"
    machine.tool(
        "mount", f"case $1 in -o) f=remounted;; *) f=mounted;; esac; cp $PODSYS_ROOT/$f {table}"
    )
    machine.tool("umount", f"cp $PODSYS_ROOT/alone {table}")
    machine.tool("mkdir", "true")
    return machine


def test_read_write_read(kernel, home):
    assert kernel.read_one(home) == {"live": "unmounted", "persistent": "unset"}
    kernel.write(home)
    assert kernel.read_one(home) == {"live": home["value"], "persistent": home["value"]}
    assert kernel.calls == ["mkdir -p /home", "mount /home"]
    assert kernel.get("/etc/fstab").splitlines() == [
        "# by hand",
        "UUID=1 / ext4 defaults 0 1",
        "nfs1:/export/home /home nfs4 nconnect=8,_netdev 0 0",
    ]
    kernel.write(home)
    assert kernel.calls == ["mkdir -p /home", "mount /home"]


@pytest.mark.parametrize(
    ("line", "live"),
    [
        (NFS.replace("rw,rel", "ro,rel"), "nfs1:/export/home nfs4 ro,nconnect=8,_netdev"),
        (NFS.replace(",nconnect=8", ""), "nfs1:/export/home nfs4 _netdev"),
        (NFS.replace("nfs1:", "nfs2:"), "nfs2:/export/home nfs4 nconnect=8,_netdev"),
        (NFS + NFS.replace("nfs4 nfs1:/export/home", "tmpfs x"), "x tmpfs nconnect=8,_netdev"),
        (NFS.replace("nfs1:/export/home", "nfs1:/export/home/"), None),
    ],
)
def test_what_the_kernel_has_instead(machine, home, line, live):
    machine.put("/proc/self/mountinfo", ROOT + line)
    assert machine.read_one(home)["live"] == (live or home["value"])


@pytest.mark.parametrize(
    ("options", "saved"),
    [
        ("_netdev,nconnect=8", None),
        ("_netdev,nconnect=8,defaults", None),
        ("_netdev", "_netdev"),
        ("nconnect=8,_netdev,soft", "nconnect=8,_netdev,soft"),
    ],
)
def test_saved_options_are_all_of_them_in_any_order(machine, home, options, saved):
    machine.put("/etc/fstab", f"nfs1:/export/home\t/home nfs4 {options}\n")
    expected = f"nfs1:/export/home nfs4 {saved}" if saved else home["value"]
    assert machine.read_one(home)["persistent"] == expected


def test_options_are_changed_in_place(kernel, home):
    kernel.put("/proc/self/mountinfo", ROOT + NFS.replace("rw,rel", "ro,rel"))
    kernel.write(home)
    assert kernel.calls == ["mount -o remount,rw /home"]


def test_what_a_remount_does_not_change_is_mounted_anew(kernel, home):
    other = ROOT + NFS.replace("=8", "=4")
    kernel.put("/proc/self/mountinfo", other)
    kernel.put("/remounted", other)
    kernel.write(home)
    assert kernel.calls == [
        "mount -o remount,rw /home",
        "umount /home",
        "mkdir -p /home",
        "mount /home",
    ]


def test_a_busy_mount_is_an_error_and_stays(kernel, home):
    kernel.put("/proc/self/mountinfo", ROOT + NFS.replace("nfs1:", "nfs2:"))
    kernel.tool("umount", "echo 'target is busy' >&2; exit 32")
    with pytest.raises(Exception, match=r"mount\./home: .*target is busy"):
        kernel.write(home)


def test_fstab_keeps_what_others_wrote_and_one_line_for_the_path(kernel, home):
    kernel.put("/etc/fstab", "a:/x /home nfs ro\n#b /home nfs\nc /srv ext4 ro\nd /home nfs ro\n")
    kernel.write(home)
    assert kernel.get("/etc/fstab").splitlines() == [
        "nfs1:/export/home /home nfs4 nconnect=8,_netdev 0 0",
        "#b /home nfs",
        "c /srv ext4 ro",
    ]


def test_a_unit_of_its_own_takes_the_place_of_fstab(machine, home):
    machine.put("/etc/systemd/system/home.mount", "[Mount]\n")
    reading = machine.read_one(home)
    assert reading["persistent"] == "unit"
    assert "/etc/systemd/system/home.mount" in reading["note"]


def test_automounts_and_mounts_by_hand_need_not_be_there(machine, item, home):
    auto = item("mount", "/home", "nfs1:/x nfs4 x-systemd.automount")
    machine.put("/proc/self/mountinfo", ROOT + "3 2 0:5 / /home rw - autofs systemd-1 rw\n")
    assert machine.read_one(auto)["live"] == auto["value"]
    machine.put("/proc/self/mountinfo", ROOT)
    assert machine.read_one(auto)["live"] == "unmounted"
    by_hand = item("mount", "/home", "nfs1:/x nfs4 noauto")
    assert machine.read_one(by_hand) == {"persistent": "unset"}


def test_a_bind_mount_shows_the_folder_it_binds(machine, item, home):
    bind = item("mount", "/srv/data", "/home/data none bind,ro")
    line = "40 20 0:40 /data /srv/data ro,relatime - nfs4 nfs1:/export/home rw\n"
    machine.put("/proc/self/mountinfo", ROOT + NFS + line)
    assert machine.read_one(bind)["live"] == bind["value"]
    machine.put("/proc/self/mountinfo", ROOT + NFS + line.replace("/data /srv", "/other /srv"))
    assert machine.read_one(bind)["live"] == "nfs1:/export/home nfs4 bind,ro"


def test_a_device_by_its_uuid(machine, item, home):
    machine.put("/dev/sdb1")
    machine.put("/dev/disk/by-uuid/.keep")
    machine.path("/dev/disk/by-uuid/ab-1").symlink_to(machine.path("/dev/sdb1"))
    data = item("mount", "/data", "UUID=ab-1 xfs noatime")
    machine.put("/proc/self/mountinfo", ROOT + "9 1 8:17 / /data rw,noatime - xfs /dev/sdb1 rw\n")
    assert machine.read_one(data)["live"] == data["value"]


def test_a_path_is_never_looked_at(machine, home, monkeypatch):
    machine.put("/proc/self/mountinfo", ROOT + NFS)
    touched = []
    for name in ("stat", "lstat", "statvfs", "listdir", "scandir"):
        monkeypatch.setattr(os, name, lambda path, *_, n=name, **__: touched.append((n, path)))
    machine.read_one(home)
    assert not [path for _, path in touched if str(path).rstrip("/").endswith("/home")]


@pytest.mark.parametrize(
    ("wanted", "shown", "found"),
    [
        ("defaults", "rw,relatime", "defaults"),
        ("defaults", "ro,relatime", "ro,defaults"),
        ("ro", "ro,rw", "ro"),
        ("ro", "rw", "rw"),
        ("rw", "rw,ro", "ro"),
        ("size=64m,mode=1777", "rw,size=65536k", "size=64m,mode=1777"),
        ("size=64m", "rw,size=65540k", "size=65540k"),
        ("size=50%", "rw,size=4000k", "size=50%"),
        ("noatime,exec", "rw,noatime", "noatime,exec"),
        ("noatime,exec", "rw,noexec,relatime", "noexec"),
        ("nfsvers=4.2,hard", "rw,vers=4.2,hard", "nfsvers=4.2,hard"),
    ],
)
def test_options(machine, wanted, shown, found):
    machine.put("/proc/meminfo", "MemTotal:        8000 kB\n")
    assert ",".join(find_options(wanted.split(","), shown.split(","))) == found


def test_names_and_places(machine):
    assert unit_name("/srv/a-b/.c d") == r"srv-a\x2db-.c\x20d"
    assert unit_name("/.x") == r"\x2ex"
    machine.put("/proc/self/mountinfo", ROOT + "3 2 0:7 /sub /a\\040b rw - ext4 /dev/x rw\n")
    live = read_live()
    assert place_of("/a b/c", live) == ("0:7", "/sub/c")
    assert place_of("/a bc", live) == ("8:1", "/a bc")
