import os

import pytest

OPTIONS = "/etc/modprobe.d/zz-podsys.conf"
BLACKLIST = "/etc/modprobe.d/zz-podsys-blacklist.conf"


@pytest.fixture
def option(item):
    return item("module_option", "nvme_core.io_timeout", "240")


@pytest.fixture
def nouveau(item):
    return item("module_blacklist", "nouveau", "blocked")


def test_option_read_write_read(machine, option):
    machine.tool("update-initramfs", "true")
    assert machine.read_one(option) == {"persistent": "unset"}
    machine.write(option)
    assert machine.read_one(option) == {"persistent": "240"}
    assert machine.calls == ["update-initramfs -u"]


def test_option_live_while_loaded(machine, option):
    machine.put("/sys/module/nvme_core/parameters/io_timeout", "30\n")
    assert machine.read_one(option) == {"live": "30", "persistent": "unset"}


def test_dashes_are_underscores_and_the_last_file_wins(machine, option):
    machine.put("/etc/modprobe.d/a.conf", "options nvme-core io_timeout=60 multipath=N\n")
    assert machine.read_one(option)["persistent"] == "60"
    machine.put("/lib/modprobe.d/b.conf", "# x\noptions nvme_core io_timeout=70\n")
    assert machine.read_one(option)["persistent"] == "70"


@pytest.mark.parametrize("key", ["nodot", "../x.y", "a/b.c"])
def test_no_option_is_an_error(machine, item, option, key):
    readings = machine.read(item("module_option", key, "1"), option)
    assert "error" in readings[f"module_option.{key}"]
    assert readings[option["id"]] == {"persistent": "unset"}


def test_blacklist_read_write_read(machine, nouveau):
    machine.put("/sys/module/nouveau/initstate", "live")
    assert machine.read_one(nouveau) == {"live": "loaded", "persistent": "unset"}
    machine.write(nouveau)
    assert machine.read_one(nouveau) == {"live": "loaded", "persistent": "blocked"}
    machine.path("/sys/module/nouveau/initstate").unlink()
    assert machine.read_one(nouveau)["live"] == "blocked"


def test_install_false_blocks_and_install_of_something_else_does_not(machine, nouveau):
    machine.put("/etc/modprobe.d/a.conf", "install nouveau /sbin/modprobe --ignore-install x\n")
    assert machine.read_one(nouveau)["persistent"] == "unset"
    machine.put("/etc/modprobe.d/a.conf", "install nouveau /bin/false\n")
    assert machine.read_one(nouveau)["persistent"] == "blocked"


def test_what_one_file_held_for_both_kinds_is_parted(machine, option, nouveau):
    """As an older podsys left it: whatever is written first, nothing is lost."""
    machine.put(
        OPTIONS, "# Managed by podsys: x\nblacklist nouveau\noptions nvme_core io_timeout=240\n"
    )
    assert machine.read_one(nouveau)["persistent"] == "unset"
    machine.write(option)
    machine.write(nouveau)
    assert "blacklist" not in machine.get(OPTIONS)
    assert machine.read_one(option)["persistent"] == "240"
    assert machine.read_one(nouveau)["persistent"] == "blocked"
    assert machine.get(BLACKLIST).count("Managed by podsys") == 1


@pytest.mark.parametrize("image", ["initrd.img-6.1.0-40-amd64", "initramfs-5.14.0.img"])
def test_an_initramfs_older_than_our_file_is_not_done(machine, option, nouveau, image):
    machine.put(f"/boot/{image}", "image")
    machine.write(option)
    machine.write(nouveau)
    os.utime(machine.path(f"/boot/{image}"), (1, 1))
    for wanted in (option, nouveau):
        reading = machine.read_one(wanted)
        assert reading["persistent"] == "not in the initramfs"
        assert "/etc/modprobe.d" in reading["note"]
    machine.tool("update-initramfs", f"touch $PODSYS_ROOT/boot/{image}")
    machine.write(option)
    assert machine.read_one(option)["persistent"] == "240"
