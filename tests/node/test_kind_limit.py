import resource

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FILE = "/etc/security/limits.d/zz-podsys.conf"
LINES = "* hard nofile {0}\n* soft nofile {0}\nroot hard nofile {0}\nroot soft nofile {0}\n"


@pytest.fixture
def nofile(item):
    return item("limit", "nofile", "4096")


def test_read_write_read(machine, nofile):
    assert machine.read_one(nofile)["persistent"] == "unset"
    machine.write(nofile)
    assert machine.read_one(nofile)["persistent"] == "4096"
    assert machine.get(FILE).endswith(LINES.format(4096))


def test_live_is_this_process(machine, nofile):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    live = machine.read_one(nofile)["live"]
    assert live == (str(soft) if soft == hard else f"{soft},{hard}")


def test_memlock_counts_kib(machine, item):
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    names = ["unlimited" if n == resource.RLIM_INFINITY else str(n // 1024) for n in (soft, hard)]
    expected = names[0] if soft == hard else ",".join(names)
    assert machine.read_one(item("limit", "memlock", "unlimited"))["live"] == expected


def test_root_alone_is_not_everybody(machine, nofile):
    machine.put("/etc/security/limits.conf", "root - nofile 4096\n")
    assert machine.read_one(nofile)["persistent"] == "unset,unset,4096,4096"


def test_a_later_file_wins(machine, nofile):
    machine.write(nofile)
    machine.put("/etc/security/limits.d/zzz.conf", "* - nofile 1024 # vendor\n")
    assert machine.read_one(nofile)["persistent"] == "1024,1024,4096,4096"


def test_a_container_that_cannot_raise_limits_has_none(machine, nofile):
    machine.put("/proc/1/status", "CapBnd:\t0000000000000000\n")
    assert "CAP_SYS_RESOURCE" in machine.read_one(nofile)["absent"]
    machine.put("/proc/1/status", "CapBnd:\t000001ffffffffff\n")
    assert "live" in machine.read_one(nofile)


def test_no_such_limit_is_an_error_of_its_own(machine, item, nofile):
    readings = machine.read(item("limit", "no_such", "1"), nofile)
    assert readings["limit.no_such"] == {"error": "no limit named no_such"}
    assert "persistent" in readings["limit.nofile"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(junk=st.binary(max_size=300))
def test_junk_never_breaks_it(machine, nofile, junk):
    machine.put("/etc/security/limits.d/10-junk.conf", junk)
    machine.put("/etc/security/limits.d/20.conf", LINES.format(77))
    assert machine.read_one(nofile)["persistent"] == "77"
