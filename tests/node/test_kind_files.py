"""Kinds that are a file or a part of one: file, block, name service, time zone, swap."""

import grp
import hashlib
import os
import pwd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.kinds import load_kind
from podsys.node.kinds.file_block import find_block, put_block
from podsys.node.kinds.nsswitch import parse

NSSWITCH = "# comment\npasswd:  files systemd\nhosts: files mymachines dns # why\n"


def sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_file(machine, item):
    machine.put("/etc/x", "text")
    machine.path("/etc/x").chmod(0o640)
    found = machine.path("/etc/x").stat()
    owner = f"{pwd.getpwuid(found.st_uid).pw_name}:{grp.getgrgid(found.st_gid).gr_name}"
    assert machine.read_one(item("file", "/etc/x")) == {
        "persistent": f"{sha256('text')} 0640 {owner}"
    }


def owned(content: str, **more: str) -> dict[str, str]:
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    return {"content": content, "mode": "0640", "owner": user, "group": group, **more}


def test_file_write_read_back(machine, item):
    wanted = load_kind("file").complete(item("file", "/etc/new/x", **owned("text\n")))
    machine.write(wanted)
    assert machine.get("/etc/new/x") == "text\n"
    assert machine.read_one(wanted) == {"persistent": wanted["value"]}


def test_a_wrong_mode_is_mended_and_the_content_left_alone(machine, item):
    machine.put("/etc/x", "text")
    before = machine.path("/etc/x").stat()
    machine.write(load_kind("file").complete(item("file", "/etc/x", **owned("text"))))
    after = machine.path("/etc/x").stat()
    assert (after.st_ino, after.st_mode & 0o7777) == (before.st_ino, 0o640)


def test_block_write_read_back(machine, item):
    machine.put("/etc/hosts", "127.0.0.1 localhost\n")
    params = owned("10.0.0.1 n001\n", marker="podsys")
    wanted = load_kind("file_block").complete(item("file_block", "/etc/hosts", **params))
    machine.write(wanted)
    assert machine.get("/etc/hosts").endswith("# END podsys\n127.0.0.1 localhost\n")
    assert machine.read_one(wanted) == {"persistent": wanted["value"]}


LINES = st.lists(st.sampled_from(["# BEGIN m", "# END m", "a", "b", ""]), max_size=8)


@given(LINES, st.lists(st.sampled_from("xyz"), max_size=3), st.booleans())
def test_a_block_is_put_once_and_other_lines_stay(lines, block, newline):
    text = "\n".join(lines) + "\n" * (newline and bool(lines))
    content = "".join(f"{line}\n" for line in block)
    put = put_block(text, "m", content)
    assert find_block(put, "m") == content
    assert put_block(put, "m", content) == put
    if find_block(text, "m") is None:
        others = [line for line in text.splitlines() if line not in ("# BEGIN m", "# END m")]
        assert put.splitlines()[len(block) + 2 :] == others


def test_file_that_is_none(machine, item):
    machine.put("/etc/folder/x")
    machine.path("/etc/link").symlink_to("folder/x")
    os.mkfifo(machine.path("/etc/pipe"))
    for path in ("/etc/no", "/etc/folder/x/y"):
        assert machine.read_one(item("file", path)) == {"persistent": "missing"}
    for path in ("/etc/folder", "/etc/link", "/etc/pipe"):
        assert machine.read_one(item("file", path)) == {"persistent": "no regular file"}


def test_file_block(machine, item):
    block = item("file_block", "/etc/hosts", "", marker="podsys")
    assert machine.read_one(block) == {"persistent": "missing"}
    machine.put("/etc/hosts", "127.0.0.1 x\n# BEGIN podsys\n10.0.0.1 n001\n# END podsys\nrest\n")
    assert machine.read_one(block) == {"persistent": sha256("10.0.0.1 n001\n")}


@pytest.mark.parametrize(
    "text",
    [
        "# BEGIN m\nx\n",
        "x\n# END m\n",
        "# END m\nx\n# BEGIN m\n",
        "# BEGIN m\na\n# END m\n# BEGIN m\nb\n# END m\n",
        "# BEGIN mm\nx\n# END mm\n",
    ],
)
def test_marks_that_make_no_block(text):
    assert find_block(text, "m") is None


@given(st.lists(st.from_regex(r"[a-z0-9. ]*", fullmatch=True)))
def test_a_block_comes_back(lines):
    body = "".join(f"{line}\n" for line in lines)
    assert find_block(f"before\n# BEGIN m\n{body}# END m\nafter", "m") == body


def test_block_of_a_huge_file_is_an_error(machine, item):
    machine.put("/etc/hosts", b"x" * (5 << 20))
    assert "larger than" in machine.read_one(item("file_block", "/etc/hosts", marker="m"))["error"]


def test_nsswitch_read_write_read(machine, item):
    hosts = item("nsswitch", "hosts", "files dns")
    machine.put("/etc/nsswitch.conf", NSSWITCH)
    assert machine.read_one(hosts) == {"persistent": "files mymachines dns"}
    machine.write(hosts, item("nsswitch", "ethers", "files"))
    assert machine.read_one(hosts) == {"persistent": "files dns"}
    assert parse(machine.get("/etc/nsswitch.conf")) == {
        "passwd": "files systemd",
        "hosts": "files dns",
        "ethers": "files",
    }
    assert machine.get("/etc/nsswitch.conf").startswith("# comment\npasswd:  files systemd\n")


def test_nsswitch_named_twice(machine, item):
    hosts = item("nsswitch", "hosts", "files dns")
    machine.put("/etc/nsswitch.conf", "hosts: files\nhosts: dns\n")
    machine.write(hosts)
    assert machine.read_one(hosts) == {"persistent": "files dns"}


def test_no_nsswitch_is_absent(machine, item):
    assert set(machine.read_one(item("nsswitch", "hosts", "files"))) == {"absent"}


@given(st.text())
def test_any_text_is_some_databases(text):
    for value in parse(text).values():
        assert "#" not in value
        assert value == " ".join(value.split())


@pytest.fixture
def zones(machine):
    for zone in ("Etc/UTC", "Europe/Berlin"):
        machine.put(f"/usr/share/zoneinfo/{zone}", "TZif2")
    machine.put("/etc/timezone", "Etc/UTC\n")
    machine.path("/etc/localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    return machine


def test_timezone_read_write_read(zones, item):
    zone = item("timezone", "timezone", "Europe/Berlin")
    assert zones.read_one(zone) == {"persistent": "Etc/UTC"}
    zones.write(zone)
    assert zones.read_one(zone) == {"persistent": "Europe/Berlin"}
    assert zones.get("/etc/timezone") == "Europe/Berlin\n"


def test_timezone_whose_two_places_disagree(zones, item):
    zones.put("/etc/timezone", "Europe/Berlin\n")
    reading = zones.read_one(item("timezone", "timezone", "Etc/UTC"))
    assert reading == {"persistent": "Etc/UTC,Europe/Berlin"}


def test_timezone_by_another_name(zones, item):
    assert zones.read_one(item("timezone", "timezone", "UTC")) == {"persistent": "UTC"}


def test_timezone_that_is_a_copy_has_no_name(zones, item):
    zones.path("/etc/localtime").unlink()
    zones.put("/etc/localtime", "TZif2")
    assert set(zones.read_one(item("timezone", "timezone", "Etc/UTC"))) == {"error"}


def test_timezone_that_does_not_exist_is_not_set(zones, item):
    with pytest.raises(Exception, match="this machine has no"):
        zones.write(item("timezone", "timezone", "Mars/Olympus"))
    assert zones.read_one(item("timezone", "timezone", "Etc/UTC")) == {"persistent": "Etc/UTC"}


@pytest.fixture
def swap(machine, item):
    machine.put("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n")
    machine.put("/etc/fstab", "# swap\n/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n")
    machine.tool("swapoff", "echo Filename > $PODSYS_ROOT/proc/swaps")
    return item("swap", "all", "off")


def test_swap_read_write_read(machine, swap):
    assert machine.read_one(swap) == {"live": "on", "persistent": "on"}
    machine.write(swap)
    assert machine.read_one(swap) == {"live": "off", "persistent": "off"}
    assert machine.get("/etc/fstab").splitlines()[2].endswith(": /dev/sda2 none swap sw 0 0")
    once = machine.get("/etc/fstab")
    machine.write(swap)
    assert machine.get("/etc/fstab") == once


def test_swap_by_a_unit(machine, swap):
    machine.put("/etc/fstab", "/dev/sda2 none swap noauto 0 0\n")
    assert machine.read_one(swap)["persistent"] == "off"
    machine.put("/etc/systemd/system/swap.target.wants/dev-zram0.swap", "[Swap]\n")
    assert machine.read_one(swap)["persistent"] == "on"
    machine.tool(
        "systemctl", "[ $2 != mask ] || ln -s /dev/null $PODSYS_ROOT/etc/systemd/system/$3"
    )
    machine.write(swap)
    assert machine.read_one(swap) == {"live": "off", "persistent": "off"}


def test_swap_in_a_container_is_not_its_own(machine, swap):
    machine.put("/run/systemd/container", "systemd-nspawn")
    assert set(machine.read_one(swap)) == {"absent"}
