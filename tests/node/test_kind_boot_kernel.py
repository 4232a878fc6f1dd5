"""The kernel that runs and the one that will boot."""

from __future__ import annotations

import pytest

from tests.node.test_grub import ID, menu

NEW, OLD = "6.1.0-56-amd64", "6.1.0-40-amd64"
FILE = "/etc/default/grub.d/zz-podsys-kernel.cfg"


@pytest.fixture
def server(machine):
    """Two kernels; the newest boots and runs."""
    machine.put("/proc/sys/kernel/osrelease", f"{NEW}\n")
    for version in (NEW, OLD):
        machine.put(f"/boot/vmlinuz-{version}")
        machine.put(f"/boot/initrd.img-{version}")
    machine.put("/boot/vmlinuz.old")
    machine.put("/boot/grub/grub.cfg", menu(NEW, OLD))
    chosen = f"gnulinux-advanced-{ID}>gnulinux-{OLD}-advanced-{ID}"
    machine.put("/made", menu(NEW, OLD, default=chosen))
    machine.tool("update-grub", "cat $PODSYS_ROOT/made > $PODSYS_ROOT/boot/grub/grub.cfg")
    return machine


@pytest.fixture
def wanted(item):
    return item("boot_kernel", "release", OLD)


def test_what_runs_and_what_boots_are_told_with_what_lies_beside(server, wanted):
    server.put("/boot/vmlinuz-6.1.0-9-amd64")
    reading = server.read_one(wanted)
    assert (reading["live"], reading["persistent"]) == (NEW, NEW)
    assert reading["note"] == "installed beside: 6.1.0-9-amd64"


def test_another_kernel_is_made_the_default_by_its_id(server, wanted):
    server.write(wanted)
    assert f'GRUB_DEFAULT="gnulinux-advanced-{ID}>gnulinux-{OLD}-advanced-{ID}"' in server.get(FILE)
    assert (server.read_one(wanted)["live"], server.read_one(wanted)["persistent"]) == (NEW, OLD)


def test_a_kernel_without_initramfs_is_none_that_boots(server, wanted):
    server.path(f"/boot/initrd.img-{OLD}").unlink()
    server.put("/boot/grub/grub.cfg", server.get("/made"))
    assert server.read_one(wanted)["persistent"] == f"{OLD} without its initramfs"
    server.tool("update-initramfs", "touch $PODSYS_ROOT/boot/initrd.img-$3")
    server.write(wanted)
    assert f"update-initramfs -c -k {OLD}" in server.calls
    assert server.read_one(wanted)["persistent"] == OLD


def test_a_kernel_that_is_not_there_cannot_be_chosen(server, wanted):
    wanted["value"] = "6.1.0-99-amd64"
    with pytest.raises(Exception, match="is it installed"):
        server.write(wanted)
    assert not server.path(FILE).exists()


def test_no_boot_loader_is_unknown_and_never_right(machine, wanted):
    machine.put("/proc/sys/kernel/osrelease", f"{OLD}\n")
    assert "does not say which kernel boots" in machine.read_one(wanted)["error"]


def test_grubby_is_asked_and_told_where_it_decides(server, wanted):
    server.tool("grubby", f"[ $1 = --default-kernel ] && echo /boot/vmlinuz-{NEW}; exit 0")
    assert server.read_one(wanted)["persistent"] == NEW
    server.write(wanted)
    assert server.calls[-1] == f"grubby --set-default=/boot/vmlinuz-{OLD}"
