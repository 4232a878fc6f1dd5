"""Hand edits of podsys's own files show, whatever they say; the kind writes them anew."""

from pathlib import Path

import pytest

import podsys.node.kinds
from podsys.core.catalog import parse_settings
from podsys.effects.catalog import read_settings_texts
from podsys.node.kinds import load_kind

FILE = "/etc/sysctl.d/zz-podsys.conf"
KINDS = [path.stem for path in Path(podsys.node.kinds.__path__[0]).glob("[a-z]*.py")]


@pytest.fixture
def swappiness(machine, item):
    machine.put("/proc/sys/vm/swappiness", "60\n")
    return item("sysctl", "vm.swappiness", "10")


@pytest.fixture
def untouched(item):
    return item("dropin", "sysctl", "untouched")


def test_no_file_has_no_edit(machine, untouched):
    assert machine.read_one(untouched) == {"persistent": "untouched"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda file: file.write_text(file.read_text() + "vm.dirty_ratio = 1\n"),
        lambda file: file.write_text(file.read_text() + "# a note\n"),
        lambda file: file.write_text(file.read_text().replace("10", "11")),
        lambda file: file.write_text(file.read_text().partition("\n")[2]),
        lambda file: file.write_text(file.read_text().replace("Managed", "managed")),
        lambda file: file.write_text("# Managed by podsys: as it was once\nvm.swappiness = 10\n"),
        lambda file: file.write_text(""),
        lambda file: file.chmod(0o600),
        lambda file: (file.rename(f"{file}.x"), file.symlink_to(f"{file}.x")),
    ],
)
def test_every_edit_shows_and_is_undone(machine, swappiness, untouched, edit):
    machine.write(swappiness)
    written = machine.get(FILE)
    assert machine.read_one(untouched) == {"persistent": "untouched"}
    edit(machine.path(FILE))
    assert machine.read_one(untouched)["persistent"] == f"edited: {FILE}"
    machine.write(swappiness)
    assert machine.read_one(untouched) == {"persistent": "untouched"}
    assert machine.get(FILE) == written


def test_apt_has_its_own_marks_of_comments(machine, item):
    option, untouched = item("apt_option", "A::B", "1"), item("dropin", "apt_option", "untouched")
    machine.write(option)
    assert machine.get("/etc/apt/apt.conf.d/zz-podsys").startswith("// Managed by podsys")
    assert machine.read_one(untouched) == {"persistent": "untouched"}


def test_of_many_files_the_edited_one_is_named(machine, item):
    for name in ("a", "b"):
        machine.units({f"{name}.service": {"LoadState": "loaded"}})
        machine.write(item("unit_option", f"{name}.service:LimitNOFILE", "1", restart="true"))
    file = "/etc/systemd/system/b.service.d/zz-podsys.conf"
    machine.path(file).chmod(0o666)
    reading = machine.read_one(item("dropin", "unit_option", "untouched"))
    assert reading == {"persistent": f"edited: {file}", "note": f"{file}: mode 0666"}


def test_a_file_that_no_item_asks_for_goes(machine, item):
    file = "/etc/systemd/system/gone.service.d/zz-podsys.conf"
    machine.tool("systemctl", "true")
    machine.put(file, "[Service]\nLimitNOFILE=1\n")
    machine.write(item("dropin", "unit_option", "untouched"))
    assert not machine.path(file).exists()
    assert machine.calls == ["systemctl daemon-reload"]


@pytest.mark.parametrize("kind", sorted(k for k in KINDS if hasattr(load_kind(k), "OWN")))
def test_every_kind_with_files_of_its_own_has_its_entry(kind):
    settings, _ = parse_settings(read_settings_texts())
    assert [s.id for s in settings if (s.kind, s.key) == ("dropin", kind)] == [f"dropin.{kind}"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_writes_drop_ins_says_which(kind):
    code = (Path(podsys.node.kinds.__path__[0]) / f"{kind}.py").read_text()
    writes = "write_lines(" in code or "modprobe.write_file(" in code
    assert writes == hasattr(load_kind(kind), "OWN")
