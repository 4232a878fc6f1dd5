"""Kinds that ask systemd: services, options of units, and configuration with drop-ins."""

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JOURNALD = {"file": "/etc/systemd/journald.conf", "restart": "systemd-journald.service"}
DROPIN = "/etc/systemd/journald.conf.d/zz-podsys.conf"
LONG_AGO = {"LoadState": "loaded", "ActiveState": "active", "ActiveEnterTimestampMonotonic": "1"}


def just_now() -> dict[str, str]:
    return dict(LONG_AGO, ActiveEnterTimestampMonotonic=str(int(time.monotonic() * 1e6)))


def state(load="loaded", active="active", file="enabled") -> dict[str, str]:
    return {"LoadState": load, "ActiveState": active, "UnitFileState": file}


RUNNING = {"live": "running", "persistent": "running"}
CRASHED = RUNNING | {"live": "failed", "note": "it ended, and systemd starts it again"}


@pytest.mark.parametrize(
    ("shown", "reading"),
    [
        (state(), RUNNING),
        (state(active="failed"), {"live": "failed", "persistent": "running"}),
        (state(active="inactive", file="disabled"), {"live": "stopped", "persistent": "stopped"}),
        (state(active="inactive", file="static"), {"live": "stopped", "persistent": "running"}),
        (
            state("masked", "inactive", "masked"),
            {"live": "stopped", "persistent": "stopped"},
        ),
        (state(file=""), {"live": "running"}),
        (state(active="activating") | {"SubState": "start"}, RUNNING),
        (state(active="activating") | {"SubState": "auto-restart"}, CRASHED),
    ],
)
def test_service(machine, item, shown, reading):
    machine.units({"a.service": shown})
    assert machine.read_one(item("service", "a.service", "running")) == reading


def test_a_service_that_is_not_there(machine, item):
    machine.units({})
    reading = machine.read_one(item("service", "a.service", "running"))
    assert (reading["live"], reading["persistent"]) == ("stopped", "stopped")
    assert set(machine.read_one(item("service", "a.service", "stopped"))) == {"absent"}


def test_one_call_for_all_services_and_a_bad_name_spoils_no_other(machine, item):
    machine.units({"a.service": state(), "b.service": state(load="bad-setting")})
    names = ["a.service", "b.service", "no unit; reboot", "-x"]
    readings = machine.read(*(item("service", name, "running") for name in names))
    assert readings["service.a.service"]["live"] == "running"
    assert set(readings["service.b.service"]) == {"error"}
    assert set(readings["service.no unit; reboot"]) == {"error"}
    assert readings["service.-x"]["live"] == "stopped"
    assert [call.split()[1] for call in machine.calls] == ["show"]


def test_systemd_that_does_not_answer_is_an_error_for_each(machine, item):
    machine.put("/usr/lib/systemd/system/a.service")
    machine.tool("systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    reading = machine.read_one(item("service", "a.service", "stopped"))
    assert "Failed to connect" in reading["error"]


def test_service_orders(machine, item):
    machine.units({})
    machine.write(
        item("service", "on.service", "running"), item("service", "off.service", "stopped")
    )
    assert [call for call in machine.calls if " show " not in call] == [
        "systemctl --no-reload disable off.service",
        "systemctl --no-reload mask off.service",
        "systemctl stop off.service",
        "systemctl reset-failed off.service",
        "systemctl --no-reload unmask on.service",
        "systemctl --no-reload enable on.service",
        "systemctl daemon-reload",
        "systemctl start on.service",
    ]


def test_a_unit_that_is_enabled_is_only_started(machine, item):
    machine.units({"on.service": {"LoadState": "loaded", "UnitFileState": "enabled"}})
    machine.write(item("service", "on.service", "running"))
    assert machine.calls[-1] == "systemctl start on.service"
    assert not [call for call in machine.calls if "enable" in call or "reload" in call]


def test_a_service_that_will_not_start_stops_no_other(machine, item):
    machine.tool("systemctl", '[ "$1 $2" != "start bad.service" ] || { echo "no" >&2; exit 1; }')
    bad, good = (
        item("service", "bad.service", "running"),
        item("service", "good.service", "running"),
    )
    with pytest.raises(Exception, match=r"service\.bad\.service.*no"):
        machine.write(bad, good)
    assert "systemctl start good.service" in machine.calls


@pytest.fixture
def size(item):
    return item("config_option", "Journal.SystemMaxUse", "2G", **JOURNALD)


def test_config_option_read_write_read(machine, size):
    machine.units({"systemd-journald.service": LONG_AGO})
    machine.put("/etc/systemd/journald.conf", "[Journal]\n#SystemMaxUse=\n")
    assert machine.read_one(size) == {"persistent": "unset"}
    machine.write(size)
    assert machine.calls[-1] == "systemctl try-restart systemd-journald.service"
    machine.units({"systemd-journald.service": just_now()})
    assert machine.read_one(size) == {"persistent": "2G"}


def test_a_service_that_has_not_read_our_file_is_not_done(machine, size):
    machine.units({"systemd-journald.service": LONG_AGO})
    machine.write(size)
    assert machine.read_one(size)["live"] == "not read by systemd-journald.service yet"


def test_config_option_of_a_service_that_is_not_there(machine, size):
    machine.units({})
    assert set(machine.read_one(size)) == {"absent"}


def test_sections_share_our_file(machine, item, size):
    machine.units({})
    other = item("config_option", "Other.Storage", "none", file=JOURNALD["file"])
    machine.write(size, other)
    assert machine.read_one(other) == {"persistent": "none"}
    assert machine.get(DROPIN).splitlines()[1:] == [
        "[Journal]",
        "SystemMaxUse=2G",
        "[Other]",
        "Storage=none",
    ]


def test_a_dropin_behind_ours_and_a_reset(machine, size):
    machine.units({"systemd-journald.service": just_now()})
    machine.put("/usr/lib/systemd/journald.conf.d/zzz.conf", "[Journal]\nSystemMaxUse=1G\n")
    assert machine.read_one(size)["persistent"] == "1G"
    machine.put("/run/systemd/journald.conf.d/zzzz.conf", "[Journal]\nSystemMaxUse=\n")
    assert machine.read_one(size)["persistent"] == "unset"


def test_the_vendors_main_file_counts_where_etc_has_none(machine, size):
    machine.units({"systemd-journald.service": just_now()})
    machine.put("/usr/lib/systemd/journald.conf", "[Journal]\nSystemMaxUse=3G\n")
    assert machine.read_one(size)["persistent"] == "3G"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(junk=st.binary(max_size=300), values=st.lists(st.integers(0, 9), max_size=4))
def test_junk_and_the_last_of_many_dropins(machine, item, junk, values):
    option = item("config_option", "A.B", "1", file="/etc/a.conf")
    for number in range(4):
        machine.path(f"/etc/a.conf.d/{number}.conf").unlink(missing_ok=True)
    machine.put("/etc/a.conf", junk.replace(b"A", b"Z"))
    for number, value in enumerate(values):
        machine.put(f"/etc/a.conf.d/{number}.conf", f"[A]\nB = {value}\n[C]\nB=7\n")
    expected = str(values[-1]) if values else "unset"
    assert machine.read_one(option) == {"persistent": expected}


@pytest.mark.parametrize("file", ["", "/root/x.conf", "journald.conf"])
def test_config_option_elsewhere_is_an_error(machine, item, file):
    bad = item("config_option", "A.B", "1", file=file)
    good = item("config_option", "A.C", "1", file="/etc/a.conf")
    readings = machine.read(bad, good)
    assert set(readings[bad["id"]]) == {"error"}
    assert readings[good["id"]] == {"persistent": "unset"}


@pytest.fixture
def oom(item):
    return item("unit_option", "ssh.service:OOMScoreAdjust", "-1000")


def test_unit_option_read_write_read(machine, oom):
    machine.units({"ssh.service": {"LoadState": "loaded", "OOMScoreAdjust": "0"}})
    assert machine.read_one(oom) == {"live": "0", "persistent": "unset"}
    machine.write(oom)
    assert machine.calls[-1] == "systemctl daemon-reload"
    assert machine.read_one(oom) == {"live": "0", "persistent": "-1000"}
    text = machine.get("/etc/systemd/system/ssh.service.d/zz-podsys.conf")
    assert text.splitlines()[1:] == ["[Service]", "OOMScoreAdjust=-1000"]


def test_unit_option_in_the_units_own_file(machine, oom):
    path = "/usr/lib/systemd/system/ssh.service"
    machine.put(path, "[Service]\nOOMScoreAdjust=-900\n")
    machine.units({"ssh.service": {"LoadState": "loaded", "FragmentPath": path}})
    assert machine.read_one(oom) == {"persistent": "-900"}


def test_unit_option_without_a_limit(machine, item):
    limit = item("unit_option", "a.service:LimitMEMLOCK", "infinity")
    machine.units({"a.service": {"LoadState": "loaded", "LimitMEMLOCK": "18446744073709551615"}})
    assert machine.read_one(limit)["live"] == "infinity"


def test_unit_option_of_no_unit_is_absent(machine, oom):
    machine.units({})
    assert set(machine.read_one(oom)) == {"absent"}


def test_unit_option_restarts_only_when_told(machine, item):
    machine.units({})
    machine.write(item("unit_option", "a.service:Nice", "1", restart="true"))
    machine.write(item("unit_option", "b.service:Nice", "1"))
    assert [call for call in machine.calls if "restart" in call] == [
        "systemctl try-restart a.service"
    ]


@pytest.fixture
def configured(machine, item):
    machine.put("/etc/a.conf", "x")
    return item("service_config", "a.service", "current", files="/etc/a.conf /etc/missing")


def test_service_config(machine, configured):
    machine.units({"a.service": just_now()})
    assert machine.read_one(configured) == {"live": "current"}
    machine.units({"a.service": LONG_AGO})
    assert machine.read_one(configured) == {"live": "stale"}


def test_service_config_looks_at_what_the_file_holds_not_at_its_date(machine, configured):
    os.utime(machine.path("/etc/a.conf"), (1, 1))
    machine.units({"a.service": LONG_AGO})
    assert machine.read_one(configured) == {"live": "stale"}


@pytest.mark.parametrize(
    ("shown", "live"),
    [
        ({"LoadState": "loaded", "ActiveState": "inactive"}, "stopped"),
        ({"LoadState": "loaded", "ActiveState": "active", "NeedDaemonReload": "yes"}, "stale"),
        ({"LoadState": "not-found"}, "stopped"),
    ],
)
def test_service_config_of_what_does_not_run(machine, configured, shown, live):
    machine.units({"a.service": shown})
    assert machine.read_one(configured)["live"] == live


def test_service_config_makes_systemd_read_unit_files_before_it_restarts(machine, item):
    """Whatever systemd says: it does not look into folders that are new to it."""
    dropin = "/etc/systemd/system/a.service.d/podsys.conf"
    machine.put(dropin, "[Service]")
    machine.units({"a.service": LONG_AGO | {"NeedDaemonReload": "no"}})
    machine.write(item("service_config", "a.service", "current", files=dropin))
    orders = [call for call in machine.calls if "show" not in call]
    assert orders == ["systemctl daemon-reload", "systemctl restart a.service"]


def test_service_config_without_files_is_an_error(machine, item):
    machine.units({"a.service": just_now()})
    assert set(machine.read_one(item("service_config", "a.service", "current"))) == {"error"}
