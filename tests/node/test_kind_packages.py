"""Kinds about packages: there or not, held, the database as a whole, options of apt."""

import pytest

from podsys.node import versionlock
from podsys.node.compare import differs
from podsys.node.machine import Unreadable

STATUS = "/var/lib/dpkg/status"


def entry(name: str, status: str, arch: str = "amd64") -> str:
    return f"Package: {name}\nStatus: {status}\nArchitecture: {arch}\nVersion: 1-1\n\n"


LOCKED = """
# Added lock on Wed Nov 25 03:00:00 2026
kernel-core-0:5.14.0-362.el9.*
!kernel-0:5.14.0-999.el9.*
"""


@pytest.fixture
def dpkg(machine):
    machine.put(
        STATUS,
        entry("there", "install ok installed")
        + entry("held", "hold ok installed")
        + entry("gone", "deinstall ok config-files"),
    )
    return machine


@pytest.fixture
def rpm(machine):
    installed = [
        "kernel 0:5.14.0-362.el9",
        "kernel-core 0:5.14.0-503.el9",
        "kernel-core 0:5.14.0-362.el9",
        "nvidia-driver 3:580.105.08-1.el9",
    ]
    machine.put("/installed", "\n".join(installed) + "\n")
    machine.tool("rpm", "cat $PODSYS_ROOT/installed")
    machine.put("/usr/lib/python3.9/site-packages/dnf-plugins/versionlock.py")
    machine.put(versionlock.CONFIG, f"[main]\nenabled = 1\nlocklist = {versionlock.LIST}\n")
    machine.put(versionlock.LIST, LOCKED)
    return machine


def read_values(machine, item, kind, *names):
    readings = machine.read(*(item(kind, name) for name in names))
    return [readings[f"{kind}.{name}"] for name in names]


def test_package(dpkg, item):
    assert read_values(dpkg, item, "package", "there", "gone", "never") == [
        {"live": "installed"},
        {"live": "absent"},
        {"live": "absent"},
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("=1-1", "=1-1"), ("=1-2", "=1-1"), ("=1-10", "=1-1"), ("installed", "installed")],
)
def test_a_version(dpkg, item, wanted, found):
    assert dpkg.read_one(item("package", "there", wanted)) == {"live": found}
    assert dpkg.read_one(item("package", "gone", wanted)) == {"live": "absent"}


@pytest.mark.parametrize(("wanted", "found"), [("1.1", "1.10"), ("1.10", "1.1")])
def test_a_version_is_no_number(dpkg, item, wanted, found):
    dpkg.put(STATUS, entry("there", "install ok installed").replace("1-1", found))
    reading = dpkg.read_one(item("package", "there", "=" + wanted))
    assert differs("=" + wanted, "equal", reading) == ["live"]


@pytest.mark.parametrize(
    ("name", "wanted", "found"),
    [
        ("kernel", "=5.14.0-362.el9", "=5.14.0-362.el9"),
        ("kernel-core", "=5.14.0-362.el9", "=5.14.0-362.el9"),
        ("kernel-core", "=5.14.0-503.el9", "=5.14.0-503.el9"),
        ("kernel-core", "=5.14.0-570.el9", "=5.14.0-362.el9 5.14.0-503.el9"),
        ("nvidia-driver", "=3:580.105.08-1.el9", "=3:580.105.08-1.el9"),
        ("nvidia-driver", "=580.105.08-1.el9", "=580.105.08-1.el9"),
        ("nvidia-driver", "=1:580.105.08-1.el9", "=3:580.105.08-1.el9"),
    ],
)
def test_a_version_of_rpm(rpm, item, name, wanted, found):
    assert rpm.read_one(item("package", name, wanted)) == {"live": found}


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("install ok half-configured", "half-configured"),
        ("install ok unpacked", "unpacked"),
        ("install reinstreq installed", "reinstreq"),
        ("install ok triggers-pending", "triggers-pending"),
        ("install", "damaged"),
    ],
)
def test_a_package_that_is_half_there(dpkg, item, status, found):
    dpkg.put(STATUS, entry("half", status))
    assert read_values(dpkg, item, "package", "half") == [{"live": found}]
    database = item("package_database", "packages", "clean")
    assert dpkg.read_one(database) == {"live": "broken: half"}


def test_of_two_architectures(dpkg, item):
    gone, whole = "deinstall ok config-files", "install ok installed"
    for pair in ((gone, whole), (whole, gone)):
        dpkg.put(STATUS, "".join(entry("lib", status) for status in pair))
        assert read_values(dpkg, item, "package", "lib") == [{"live": "installed"}]


def test_package_of_rpm(rpm, item):
    assert read_values(rpm, item, "package", "kernel", "no") == [
        {"live": "installed"},
        {"live": "absent"},
    ]


def test_no_package_database_is_an_error(machine, item):
    assert set(machine.read_one(item("package", "x"))) == {"error"}


def test_hold(dpkg, item):
    there, held, gone = read_values(dpkg, item, "package_hold", "there", "held", "gone")
    assert there == {"persistent": "free"}
    assert held == {"persistent": "held"}
    assert set(gone) == {"absent"}


def test_hold_is_ordered_once_for_all(dpkg, item):
    dpkg.tool("apt-mark", "true")
    dpkg.write(item("package_hold", "b", "held"), item("package_hold", "a", "held"))
    assert dpkg.calls == ["apt-mark hold a b"]


def holds(machine, item, *names):
    return [one["persistent"] for one in read_values(machine, item, "package_hold", *names)]


def test_hold_of_rpm_takes_whole_names(rpm, item):
    assert holds(rpm, item, "kernel", "kernel-core") == ["free", "held"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("nvidia-driver-3:580.105.08-1.el9.*", "held"),
        ("nvidia-driver-3:580.105.08-1.el9.x86_64", "held"),
        ("nvidia-driver-3:580.105.08-1.el9", "held"),
        ("nvidia-driver-0:580.105.08-1.el9.*", "free"),
        ("nvidia-driver-3:580.178.01-1.el9.*", "free"),
        ("nvidia-driver-3:580.105.08-1.el9.*\nnvidia-driver-3:580.178.01-1.el9.*", "free"),
        ("nvidia-driver", "free"),
        ("!nvidia-driver-3:580.105.08-1.el9.*", "free"),
        ("#nvidia-driver-3:580.105.08-1.el9.*", "free"),
    ],
)
def test_held_is_what_may_come_in_no_other_version(rpm, item, line, found):
    rpm.put(versionlock.LIST, line + "\n")
    assert holds(rpm, item, "nvidia-driver") == [found]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (versionlock.CONFIG, "[main]\nenabled = 0\n"),
        ("/etc/dnf/dnf.conf", "[main]\nplugins=0\n"),
        ("", ""),
    ],
)
def test_a_list_that_dnf_does_not_read_holds_nothing(rpm, item, path, text):
    assert holds(rpm, item, "kernel-core") == ["held"]
    if path:
        rpm.put(path, text)
    else:
        rpm.path("/usr/lib/python3.9/site-packages/dnf-plugins/versionlock.py").unlink()
    assert holds(rpm, item, "kernel-core") == ["free"]
    with pytest.raises(Unreadable, match="python3-dnf-plugin-versionlock"):
        rpm.write(item("package_hold", "kernel", "held"))


def test_a_hold_of_rpm_takes_the_place_of_older_ones(rpm, item):
    older = "nvidia-driver-3:570.1-1.el9.*\n"
    rpm.put(versionlock.LIST, LOCKED + older)
    rpm.write(item("package_hold", "nvidia-driver", "held"), item("package_hold", "kernel", "held"))
    assert holds(rpm, item, "nvidia-driver", "kernel", "kernel-core") == ["held"] * 3
    own = "kernel-0:5.14.0-362.el9.*\nnvidia-driver-3:580.105.08-1.el9.*\n"
    assert rpm.get(versionlock.LIST) == LOCKED + own


def test_database(dpkg, item):
    database = item("package_database", "packages", "clean")
    assert dpkg.read_one(database) == {"live": "clean"}
    dpkg.put("/var/lib/dpkg/updates/0001", "")
    assert dpkg.read_one(database) == {"live": "broken: 0001"}


def test_database_repair(dpkg, item):
    dpkg.tool("apt-get", "true")
    dpkg.tool("dpkg", "true")
    dpkg.write(item("package_database", "packages", "clean"))
    assert any(call.startswith("dpkg --configure -a") for call in dpkg.calls)


@pytest.mark.parametrize("junk", [b"", b"\xff\0\xfe" * 99, b"Package: x\n\nStatus: y\n\n\n\n"])
def test_a_database_without_packages_is_not_known_and_not_clean(dpkg, item, junk):
    """A crash leaves it empty; apt would then take the machine for a bare one."""
    dpkg.put(STATUS, junk)
    unknown = [{"error": "/var/lib/dpkg/status names no package"}]
    for kind in ("package", "package_hold", "package_database"):
        assert read_values(dpkg, item, kind, "x") == unknown


def test_apt_option_read_write_read(machine, item):
    option = item("apt_option", "APT::Periodic::Unattended-Upgrade", "0")
    machine.tool("apt-config", "grep -sv // $PODSYS_ROOT/etc/apt/apt.conf.d/zz-podsys || true")
    assert machine.read_one(option) == {"persistent": "unset"}
    machine.write(option)
    assert machine.read_one(option) == {"persistent": "0"}


def test_apt_option_in_other_letters(machine, item):
    machine.tool("apt-config", """echo 'apt::Periodic::unattended-upgrade "1";'""")
    option = item("apt_option", "APT::Periodic::Unattended-Upgrade", "0")
    assert machine.read_one(option) == {"persistent": "1"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/etc/apt/apt.conf.d/zzz-later", 'A::B "2";'),
        ("/etc/apt/apt.conf", 'A::B "2";'),
        ("/etc/apt/apt.conf.d/10-names-another", 'Dir::Etc::Main "other.conf";'),
    ],
)
def test_apt_option_is_asked_of_apt_where_another_file_may_come_later(machine, item, path, text):
    option = item("apt_option", "A::B", "1")
    machine.tool("apt-config", """echo 'A::B "asked";'""")
    machine.put("/etc/apt/apt.conf.d/zz-podsys", 'A::B "1";\n')
    machine.put("/etc/apt/apt.conf.d/10-first", 'A::B "3";\n')
    assert machine.read_one(option) == {"persistent": "1"}
    machine.put(path, text)
    assert machine.read_one(option) == {"persistent": "asked"}


def test_apt_option_that_our_file_lacks_is_asked_of_apt(machine, item):
    machine.tool("apt-config", """echo 'A::B "asked";'""")
    machine.put("/etc/apt/apt.conf.d/zz-podsys", 'A::C "1";\n')
    assert machine.read_one(item("apt_option", "A::B", "1")) == {"persistent": "asked"}


def test_apt_option_without_apt_is_absent(machine, item):
    assert set(machine.read_one(item("apt_option", "A::B", "1"))) == {"absent"}
