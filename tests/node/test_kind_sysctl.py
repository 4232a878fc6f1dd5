import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podsys.node.kinds import sysctl

KEY = "vm.swappiness"
FILE = "/etc/sysctl.d/zz-podsys.conf"


@pytest.fixture
def swappiness(machine, item):
    machine.put("/proc/sys/vm/swappiness", "60\n")
    return item("sysctl", KEY, "10")


def test_read_write_read(machine, swappiness):
    assert machine.read_one(swappiness) == {"live": "60", "persistent": "unset"}
    machine.write(swappiness)
    assert machine.read_one(swappiness) == {"live": "10", "persistent": "10"}
    head, *lines = machine.get(FILE).splitlines()
    assert head.startswith("# Managed by podsys (sha256:")
    assert lines == ["vm.swappiness = 10"]
    assert machine.path(FILE).stat().st_mode & 0o777 == 0o644


def test_each_face_drifts_alone(machine, swappiness):
    machine.write(swappiness)
    machine.put("/proc/sys/vm/swappiness", "60\n")
    assert machine.read_one(swappiness) == {"live": "60", "persistent": "10"}
    machine.put("/proc/sys/vm/swappiness", "10\n")
    machine.path(FILE).unlink()
    assert machine.read_one(swappiness) == {"live": "10", "persistent": "unset"}


def test_a_file_that_sorts_behind_ours_wins_and_is_named(machine, swappiness):
    machine.write(swappiness)
    machine.put("/usr/lib/sysctl.d/zzz-vendor.conf", "# vendor\nvm/swappiness=1\n")
    reading = machine.read_one(swappiness)
    assert reading["persistent"] == "1"
    assert reading["note"] == "saved by /usr/lib/sysctl.d/zzz-vendor.conf:2"


def test_etc_hides_a_file_of_the_same_name(machine, swappiness):
    machine.put("/usr/lib/sysctl.d/50-a.conf", "vm.swappiness = 1")
    machine.put("/etc/sysctl.d/50-a.conf", "")
    assert machine.read_one(swappiness)["persistent"] == "unset"


def test_etc_sysctl_conf_counts_through_its_link(machine, swappiness):
    machine.put("/etc/sysctl.conf", "vm.swappiness = 5\n")
    machine.path("/etc/sysctl.d").mkdir()
    machine.path("/etc/sysctl.d/99-sysctl.conf").symlink_to("../sysctl.conf")
    assert machine.read_one(swappiness)["persistent"] == "5"


def test_a_key_that_is_taken_back_is_unset(machine, swappiness):
    machine.put("/etc/sysctl.d/10.conf", "vm.swappiness = 5\n")
    machine.put("/etc/sysctl.d/20.conf", "-vm.swappiness\n")
    assert machine.read_one(swappiness)["persistent"] == "unset"


def test_a_key_that_this_kernel_lacks_is_absent(machine, item):
    assert "absent" in machine.read_one(item("sysctl", "net.no.such", "1"))


def test_lines_no_longer_wanted_go(machine, item, swappiness):
    machine.put("/proc/sys/kernel/panic", "0\n")
    panic = item("sysctl", "kernel.panic", "10")
    machine.write(swappiness, panic)
    sysctl.write([panic], [panic])
    assert "swappiness" not in machine.get(FILE)


def test_a_value_that_the_kernel_refuses_stops_no_other(machine, item, swappiness):
    machine.path("/proc/sys/vm/locked").mkdir()
    locked = item("sysctl", "vm.locked", "1")
    with pytest.raises(Exception, match=r"sysctl\.vm\.locked"):
        sysctl.write([locked, swappiness], [locked, swappiness])
    assert machine.read_one(swappiness)["live"] == "10"


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a..b", "vm\0swappiness"])
def test_a_key_that_is_none_is_an_error_or_absent(machine, item, key, swappiness):
    readings = machine.read(item("sysctl", key, "1"), swappiness)
    assert set(readings[f"sysctl.{key}"]) <= {"error", "absent"}
    assert readings[swappiness["id"]]["live"] == "60"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"),
        ("net/ipv4/conf/eth0.100/rp_filter", "net/ipv4/conf/eth0.100/rp_filter"),
    ],
)
def test_names_with_dots(key, path):
    assert sysctl.path_of(key) == "/proc/sys/" + path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(junk=st.binary(max_size=300))
def test_junk_in_a_folder_changes_nothing_else(machine, swappiness, junk):
    machine.put("/etc/sysctl.d/10-junk.conf", junk)
    machine.put("/etc/sysctl.d/20-good.conf", "vm.swappiness = 7\n")
    assert machine.read_one(swappiness)["persistent"] == "7"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30
)
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(["/etc", "/run", "/usr/lib"]),
            st.sampled_from(["10", "50", "99-x"]),
            st.integers(0, 100),
        ),
        unique_by=lambda line: line[:2],
    )
)
def test_the_last_name_wins_and_the_first_folder_hides(machine, swappiness, lines):
    folders = ["/etc", "/run", "/usr/lib"]
    for folder in folders:
        for name in ("10", "50", "99-x"):
            machine.path(f"{folder}/sysctl.d/{name}.conf").unlink(missing_ok=True)
    for folder, name, value in lines:
        machine.put(f"{folder}/sysctl.d/{name}.conf", f"vm.swappiness = {value}\n")
    expected = "unset"
    for name in ("10", "50", "99-x"):
        for folder in reversed(folders):
            expected = next((str(v) for f, n, v in lines if (f, n) == (folder, name)), expected)
    assert machine.read_one(swappiness)["persistent"] == expected
