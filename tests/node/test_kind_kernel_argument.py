import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.kinds.kernel_argument import assign, parse_arguments

FILE = "/etc/default/grub.d/zz-podsys.cfg"
BUILT = "menuentry 'Debian' {{\n\tlinux\t/boot/vmlinuz root=/dev/vda1 ro {}\n}}\n"


@pytest.fixture
def iommu(machine, item):
    machine.put("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet\n")
    machine.put("/etc/default/grub", 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""\n')
    return item("kernel_argument", "iommu", "pt")


def test_read_write_read(machine, iommu, item):
    machine.tool("update-grub", "true")
    assert machine.read_one(iommu) == {"live": "unset", "persistent": "unset"}
    machine.write(iommu, item("kernel_argument", "nosmt"))
    assert machine.read_one(iommu) == {"live": "unset", "persistent": "pt"}
    assert machine.read_one(item("kernel_argument", "nosmt"))["persistent"] == ""
    assert machine.read_one(item("kernel_argument", "quiet"))["persistent"] == ""
    assert machine.calls == ["update-grub "]


def test_written_files_are_what_a_shell_makes_of_them(machine, iommu):
    machine.tool(
        "update-grub",
        ". $PODSYS_ROOT/etc/default/grub\n. $PODSYS_ROOT" + FILE + "\n"
        'echo "$GRUB_CMDLINE_LINUX_DEFAULT" > $PODSYS_ROOT/made',
    )
    machine.write(iommu)
    assert machine.get("/made") == "quiet iommu=pt\n"


def test_live(machine, iommu):
    machine.put("/proc/cmdline", "iommu=soft quiet iommu=pt\n")
    assert machine.read_one(iommu)["live"] == "pt"


def test_no_boot_loader_is_absent(machine, item):
    machine.put("/proc/cmdline", "iommu=pt")
    assert "boot loader" in machine.read_one(item("kernel_argument", "iommu", "pt"))["absent"]


def test_grub_cfg_that_was_not_made_anew_is_not_done(machine, iommu):
    machine.tool("update-grub", "true")
    machine.write(iommu)
    machine.put("/boot/grub/grub.cfg", BUILT.format("quiet"))
    reading = machine.read_one(iommu)
    assert reading["persistent"] == "pt,unset"
    assert "update-grub" in reading["note"]
    machine.put("/boot/grub/grub.cfg", BUILT.format("quiet iommu=pt"))
    assert machine.read_one(iommu)["persistent"] == "pt"


def test_another_file_behind_ours(machine, iommu):
    machine.tool("update-grub", "true")
    machine.write(iommu)
    machine.put("/etc/default/grub.d/zzz.cfg", 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n')
    assert machine.read_one(iommu)["persistent"] == "unset"


def test_a_failing_update_grub_is_told(machine, iommu):
    machine.tool("update-grub", "echo 'no space left' >&2; exit 1")
    with pytest.raises(Exception, match="no space left"):
        machine.write(iommu)


def test_grubby(machine, iommu):
    machine.tool("grubby", 'echo "index=0"; echo \'args="ro iommu=pt crashkernel=1G"\'')
    assert machine.read_one(iommu)["persistent"] == "pt"
    machine.write(iommu)
    assert machine.calls[-1] == "grubby --update-kernel=ALL --args=iommu=pt"


@pytest.mark.parametrize("value", ["a b", "$(reboot)", '"', "`x`", "a\\b"])
def test_what_a_shell_would_eat_is_refused(machine, item, iommu, value):
    with pytest.raises(Exception, match="not fit for a command line"):
        machine.write(item("kernel_argument", "iommu", value))
    assert not machine.path(FILE).exists()


@pytest.mark.parametrize("line", ["=$(cat /x)", '="a `b` c"', '="open', "='open"])
def test_shell_code_is_unknown_and_not_guessed(machine, iommu, line):
    machine.put("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT" + line + "\n")
    assert set(machine.read_one(iommu)) == {"error"}


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (["A=b"], "b"),
        (["A='b $A' # why"], "b $A"),
        (["A=1", 'A="$A 2"', 'A="${A} 3"'], "1 2 3"),
        (["A=1", 'A+=" 2"'], "1 2"),
        (["export A=1"], "1"),
        (["A="], ""),
        (["A= # nothing"], ""),
        (["B=`uname`", "A=1"], "1"),
    ],
)
def test_assignments(lines, value):
    values: dict[str, str] = {}
    for line in lines:
        assign(values, line)
    assert values["A"] == value


def test_arguments():
    found = parse_arguments('a=1 a=2 flag pci=noaer pci=realloc=off b="x y" -- init=3')
    assert found == {"a": "2", "flag": "", "pci": "noaer,realloc=off", "b": "x y"}


@given(st.text())
def test_any_text_is_some_arguments(text):
    for name in parse_arguments(text):
        assert name
        assert "=" not in name


@given(st.dictionaries(st.from_regex(r"[a-z_.]{1,9}", fullmatch=True), st.integers(), max_size=9))
def test_arguments_come_back(arguments):
    arguments.pop("pci", None)
    line = " ".join(f"{name}={value}" for name, value in arguments.items())
    assert parse_arguments(line) == {name: str(value) for name, value in arguments.items()}
