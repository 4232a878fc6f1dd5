import pytest

THP = "/sys/kernel/mm/transparent_hugepage/enabled"
GOVERNOR = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
FILE = "/etc/tmpfiles.d/00-podsys.conf"


@pytest.fixture
def thp(machine, item):
    machine.put(THP, "[always] madvise never\n")
    return item("sysfs", THP, "madvise")


@pytest.fixture
def governor(machine, item):
    for cpu in range(3):
        machine.put(GOVERNOR.replace("*", str(cpu)), "powersave\n")
    return item("sysfs", GOVERNOR, "performance")


def test_read_write_read(machine, thp):
    assert machine.read_one(thp) == {"live": "always", "persistent": "unset"}
    machine.write(thp)
    assert machine.read_one(thp) == {"live": "madvise", "persistent": "madvise"}
    assert machine.get(FILE).endswith(f"w {THP} - - - - madvise\n")


def test_many_files(machine, governor):
    machine.write(governor)
    assert machine.read_one(governor) == {"live": "performance", "persistent": "performance"}
    machine.put(GOVERNOR.replace("*", "1"), "powersave\n")
    assert machine.read_one(governor)["live"] == "performance,powersave"


def test_no_such_path_is_absent(machine, item):
    assert "absent" in machine.read_one(item("sysfs", "/sys/no/such*", "1"))


def test_of_two_lines_for_one_path_the_first_counts(machine, thp):
    machine.write(thp)
    machine.put("/etc/tmpfiles.d/zz.conf", f"w {THP} - - - - never\n")
    assert machine.read_one(thp)["persistent"] == "madvise"
    machine.put("/etc/tmpfiles.d/00-before.conf", f"w {THP} - - - - never\n")
    reading = machine.read_one(thp)
    assert reading["persistent"] == "never"
    assert reading["note"] == "saved by /etc/tmpfiles.d/00-before.conf:1"


def test_a_later_line_for_one_of_many_files_counts_for_that_one(machine, governor):
    machine.write(governor)
    one = GOVERNOR.replace("*", "2")
    machine.put("/usr/lib/tmpfiles.d/cpu.conf", f"w! {one} - - - - powersave\n")
    reading = machine.read_one(governor)
    assert reading["persistent"] == "performance,powersave"
    assert reading["note"] == "saved by /usr/lib/tmpfiles.d/cpu.conf:1"


def test_a_file_that_refuses_stops_no_other(machine, item, thp):
    machine.path("/sys/folder").mkdir()
    folder = item("sysfs", "/sys/folder", "1")
    with pytest.raises(Exception, match="/sys/folder"):
        machine.write(folder, thp)
    assert machine.read_one(thp)["live"] == "madvise"


@pytest.mark.parametrize("junk", [b"\xff\xfe\0[", b"", b"[" * 4000, b"w\nw x\nw a - - - -"])
def test_junk(machine, thp, junk):
    machine.put("/etc/tmpfiles.d/junk.conf", junk)
    machine.put(THP, junk)
    assert machine.read_one(thp)["persistent"] == "unset"
