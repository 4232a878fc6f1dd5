"""Modules that must be loaded: now, and after the next boot."""

import os

import pytest

FILE = "/etc/modules-load.d/zz-podsys.conf"
LISTS = f"/lib/modules/{os.uname().release}/"


@pytest.fixture
def bbr(machine, item):
    machine.tool(
        "modprobe",
        "m=$PODSYS_ROOT/sys/module/$(echo $1 | tr - _); mkdir -p $m; echo live > $m/initstate",
    )
    return item("module", "tcp-bbr", "loaded")


def test_read_write_read(machine, bbr):
    assert machine.read_one(bbr) == {"live": "unloaded", "persistent": "unset"}
    machine.write(bbr)
    assert machine.read_one(bbr) == {"live": "loaded", "persistent": "loaded"}
    assert machine.calls == ["modprobe tcp-bbr"]
    machine.write(bbr)
    assert machine.calls == ["modprobe tcp-bbr"]


@pytest.mark.parametrize(
    ("state", "live"), [("live\n", "loaded"), ("coming\n", "unloaded"), (None, "loaded")]
)
def test_a_module_that_still_comes_is_not_there(machine, bbr, state, live):
    machine.put("/sys/module/tcp_bbr/" + ("initstate" if state else "parameters/x"), state or "1")
    assert machine.read_one(bbr)["live"] == live


def test_what_is_built_in_needs_no_loading(machine, bbr):
    machine.put(LISTS + "modules.builtin", "kernel/net/ipv4/tcp_bbr.ko\n")
    assert machine.read_one(bbr) == {"live": "loaded", "persistent": "unset"}


def test_a_module_that_this_kernel_lacks_does_not_apply(machine, bbr):
    machine.put(LISTS + "modules.dep", "kernel/net/sched/sch_fq.ko.xz: kernel/x.ko\n")
    assert machine.read_one(bbr) == {"absent": "this kernel has no module tcp_bbr"}
    machine.put(LISTS + "modules.dep", "kernel/net/ipv4/tcp-bbr.ko.xz:\n")
    assert machine.read_one(bbr)["live"] == "unloaded"


def test_files_are_merged_by_name(machine, bbr):
    machine.put("/usr/lib/modules-load.d/a.conf", "; x\ntcp_bbr\n")
    assert machine.read_one(bbr)["persistent"] == "loaded"
    machine.put("/etc/modules-load.d/a.conf", "# none\n")
    assert machine.read_one(bbr)["persistent"] == "unset"


def test_what_is_blocked_will_not_be_loaded_at_boot(machine, bbr):
    machine.write(bbr)
    machine.put("/etc/modprobe.d/a.conf", "blacklist tcp_bbr\n")
    reading = machine.read_one(bbr)
    assert (reading["live"], reading["persistent"]) == ("loaded", "blocked")


def test_a_kernel_that_refuses_is_an_error_by_name(machine, bbr):
    machine.tool("modprobe", "echo 'Required key not available' >&2; exit 1")
    with pytest.raises(Exception, match="Required key not available"):
        machine.write(bbr)
