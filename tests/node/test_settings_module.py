"""The Ansible module, without Ansible around it, and once with all of it."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from podsys.effects.action import podsys_settings
from podsys.effects.content import content_root, read_node_package
from podsys.node.converge import converge_all

ACTION = Path(podsys_settings.__file__).parent
MODULE = content_root() / "playbooks" / "library" / "podsys_settings.py"


@pytest.fixture
def swappiness(machine, item):
    machine.put("/proc/sys/vm/swappiness", "60\n")
    return item("sysctl", "vm.swappiness", "10")


@pytest.fixture
def iommu(machine, item):
    machine.put("/proc/cmdline", "quiet\n")
    machine.put("/etc/default/grub", 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n')
    machine.tool("update-grub", "true")
    return dict(item("kernel_argument", "iommu", "pt"), reboot=True)


def test_writes_once(machine, swappiness):
    result, failures = converge_all([swappiness], check_mode=False)
    assert failures == []
    assert result["changed"] is True
    assert result["changed_items"] == ["sysctl.vm.swappiness"]
    assert machine.read_one(swappiness) == {"live": "10", "persistent": "10"}
    result, failures = converge_all([swappiness], check_mode=False)
    assert (result["changed"], failures) == (False, [])


def test_an_edited_drop_in_is_written_anew_and_nothing_else(machine, item, swappiness):
    units = {f"{n}.service": {"LoadState": "loaded", "LimitNOFILE": "1"} for n in "ab"}
    machine.units(units)
    options = [item("unit_option", f"{n}:LimitNOFILE", "1", restart="true") for n in units]
    guards = [item("dropin", kind, "untouched") for kind in ("sysctl", "unit_option")]
    items = [*guards, swappiness, *options]
    assert converge_all(items, check_mode=False)[1] == []
    with machine.path("/etc/systemd/system/b.service.d/zz-podsys.conf").open("a") as file:
        file.write("CPUQuota=5%\n")
    machine.path("/calls").unlink()
    result, failures = converge_all(items, check_mode=False)
    assert failures == []
    assert result["changed_items"] == ["dropin.unit_option"]
    assert [call for call in machine.calls if " show " not in call] == [
        "systemctl daemon-reload",
        "systemctl try-restart b.service",
    ]
    assert "CPUQuota" not in machine.get("/etc/systemd/system/b.service.d/zz-podsys.conf")


def test_check_mode_writes_nothing(machine, swappiness):
    result, failures = converge_all([swappiness], check_mode=True)
    assert (result["changed"], failures) == (True, [])
    assert machine.read_one(swappiness) == {"live": "60", "persistent": "unset"}


def test_diff_shows_each_face(swappiness):
    result, _ = converge_all([swappiness], check_mode=True)
    (diff,) = result["diff"]
    assert diff["before"] == "vm.swappiness live: 60\nvm.swappiness persistent: unset\n"
    assert diff["after"] == "vm.swappiness live: 10\nvm.swappiness persistent: 10\n"


def test_what_waits_for_a_boot_is_no_failure_and_not_written_twice(machine, iommu):
    for changed in (True, False):
        result, failures = converge_all([iommu], check_mode=False)
        assert (result["changed"], failures) == (changed, [])
        assert result["reboot_required"] == ["kernel_argument.iommu"]
    machine.put("/proc/cmdline", "quiet iommu=pt\n")
    result, _ = converge_all([iommu], check_mode=False)
    assert result["reboot_required"] == []


def test_what_waits_for_a_session_is_not_written_twice(machine, item):
    nofile = item("limit", "nofile", "7777777")
    for changed in (True, False):
        result, failures = converge_all([nofile], check_mode=False)
        assert (result["changed"], failures) == (changed, [])


def test_what_another_file_overrides_fails_by_name(machine, swappiness):
    machine.put("/etc/sysctl.d/zzz.conf", "vm.swappiness = 5\n")
    result, failures = converge_all([swappiness], check_mode=False)
    assert failures == [
        "sysctl.vm.swappiness: wrote 10, but persistent reads 5 (saved by /etc/sysctl.d/zzz.conf:1)"
    ]
    assert result["changed"] is True


def test_what_cannot_be_read_fails_after_the_rest_is_done(machine, item, swappiness):
    odd = item("no_such_kind", "x", "1")
    result, failures = converge_all([odd, swappiness], check_mode=False)
    assert list(result["unknown"]) == ["no_such_kind.x"]
    assert len(failures) == 1
    assert "no_such_kind.x" in failures[0]
    assert machine.read_one(swappiness)["live"] == "10"


def test_a_kind_that_cannot_be_written_stops_no_other(machine, iommu, swappiness):
    machine.tool("update-grub", "echo 'disk full' >&2; exit 1")
    _, failures = converge_all([iommu, swappiness], check_mode=False)
    assert any("disk full" in failure for failure in failures)
    assert machine.read_one(swappiness)["live"] == "10"


def test_what_does_not_apply_is_left_alone(machine, item):
    result, failures = converge_all([item("sysctl", "no.such", "1")], check_mode=False)
    assert (result["changed"], failures) == (False, [])
    assert not machine.path("/etc/sysctl.d").exists()


def test_a_bound_keeps_the_better_face(machine, item):
    machine.put("/proc/sys/vm/x", "5000\n")
    bound = dict(item("sysctl", "vm.x", "4096"), compare="at_least")
    result, failures = converge_all([bound], check_mode=False)
    assert failures == []
    assert result["changed"] is True
    assert machine.read_one(bound) == {"live": "5000", "persistent": "5000"}


@pytest.mark.parametrize("action", [True, False], ids=["with podsys's action", "by hand"])
def test_inside_ansible(machine, swappiness, tmp_path, action):
    """Ansible packs the module and ships what it imports: here no file may be missing.

    podsys's own action leaves it to the module where the connection is not SSH.
    """
    play = tmp_path / "play"
    for path, text in read_node_package().items():
        target = play / "module_utils" / "podsys_node" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    words = [Path(sys.executable).parent / "ansible", "localhost", "-m", "podsys_settings"]
    wanted = [swappiness, {"id": "swap", "kind": "swap", "key": "all", "value": "off"}]
    machine.put("/run/systemd/container")
    done = subprocess.run(
        [*map(str, words), "-c", "local", "-a", json.dumps({"settings": wanted}), "-o"],
        env={
            **os.environ,
            "ANSIBLE_LIBRARY": str(MODULE.parent),
            "ANSIBLE_ACTION_PLUGINS": str(ACTION) if action else "",
            "ANSIBLE_MODULE_UTILS": str(play / "module_utils"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_LOCALHOST_WARNING": "false",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"changed_items": ["sysctl.vm.swappiness"]' in done.stdout
    assert machine.read_one(swappiness) == {"live": "10", "persistent": "10"}


@pytest.mark.parametrize("name", ["DOCUMENTATION", "EXAMPLES", "RETURN"])
def test_documents_are_yaml(name):
    spec = ast.parse(MODULE.read_text())
    (text,) = [
        n.value.value for n in spec.body if isinstance(n, ast.Assign) and n.targets[0].id == name
    ]
    assert yaml.safe_load(text)


def test_systemd_reads_its_files_once_for_all_that_was_changed(machine, item):
    loaded = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}
    machine.units({"a.service": loaded, "b.service": loaded})
    machine.put("/etc/systemd/system.conf", "[Manager]\n")
    system = {"file": "/etc/systemd/system.conf", "reexec": "true"}
    items = [
        item("config_option", "Manager.DefaultLimitMEMLOCK", "infinity", **system),
        item("unit_option", "a.service:LimitNOFILE", "1"),
        item("service", "b.service", "stopped"),
    ]
    converge_all(items, check_mode=False)
    assert [call for call in machine.calls if "daemon" in call] == ["systemctl daemon-reexec"]
