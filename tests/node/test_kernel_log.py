"""The kernel's log: records, patterns, and the section `kernel_log`."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node import machine as door
from podsys.node.kernel_log import Log, find, parse_record, read_log
from podsys.node.kernel_patterns import EVENTS, XIDS
from podsys.node.sections import read_section
from tests.node.hardware import SAMPLES


def read(machine, *lines, uptime="100.0 90.0", **params):
    """Each line is written ten seconds after the one before it, the first at ten."""
    records = (f"4,{n},{n * 10000000},-;{line}\n" for n, line in enumerate(lines, 1))
    machine.put("/dev/kmsg", "".join(records))
    machine.put("/proc/uptime", uptime)
    return read_section("kernel_log", params)


def events(machine, *lines):
    found = read(machine, *lines)["events"]
    return [(event["kind"], event["subject"]) for event in found]


@pytest.mark.parametrize(
    ("line", "xid", "bdf"),
    [
        (
            "NVRM: Xid (PCI:0000:18:00): 79, pid='<unknown>', GPU has fallen off the bus.",
            79,
            "0000:18:00.0",
        ),
        ("NVRM: Xid (PCI:0000:9B:00.0): 119, pid=2024380, name=x, Timeout", 119, "0000:9b:00.0"),
        ("NVRM: Xid (PCI:00000000:44:00): 48, Ch 1", 48, "0000:44:00.0"),
        ("NVRM: Xid (PCI:0019:01:00): 149, NETIR Fatal", 149, "0019:01:00.0"),
    ],
)
def test_xids(machine, line, xid, bdf):
    found = read(machine, line)
    assert found["xids"] == [{"xid": xid, "bdf": bdf, "age_s": 90.0, "text": line}]
    assert found["sxids"] == []


def test_errors_of_a_switch(machine):
    line = "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 30 LTSSM Fault Up"
    found = read(machine, line)
    assert [(one["xid"], one["bdf"]) for one in found["sxids"]] == [(20034, "0000:c1:00.0")]
    assert found["xids"] == []


@pytest.mark.parametrize(
    ("line", "kind", "subject"),
    [
        ("NVRM: GPU 0000:18:00.0: GPU has fallen off the bus.", "fallen_off_bus", "0000:18:00.0"),
        (
            r"NVRM: The NVIDIA GPU 0000:b3:00.0\x0aNVRM: (PCI ID: 10de:26b5) installed in this "
            r"system has\x0aNVRM: fallen off the bus and is not responding to commands.",
            "fallen_off_bus",
            "0000:b3:00.0",
        ),
        (
            "NVRM: GPU 0000:18:00.0: RmInitAdapter failed! (0x24:0x72:1547)",
            "rm_init_failed",
            "0000:18:00.0",
        ),
        ("NVRM: API mismatch: the client has the version 535.1, but", "api_mismatch", "535.1"),
        (
            "nvidia-peermem nv_get_p2p_free_callback:127 ERROR detected invalid context, skipping",
            "gdr_invalid_context",
            "nvidia-peermem",
        ),
        ("amdgpu 0000:63:00.0: amdgpu: GPU reset begin!", "amdgpu_reset", "0000:63:00.0"),
        (
            "amdgpu 0000:63:00.0: amdgpu: 2 uncorrectable hardware errors detected in umc block",
            "amdgpu_ras",
            "0000:63:00.0",
        ),
        (
            "mlx5_core 0000:19:00.0: 63.008 Gb/s available PCIe bandwidth, limited by 8.0 GT/s "
            "PCIe x8 link at 0000:17:01.0 (capable of 252.048 Gb/s with 16.0 GT/s PCIe x16 link)",
            "link_limited",
            "0000:19:00.0",
        ),
        (
            "pcieport 0000:15:01.0: PCIe Bus Error: severity=Corrected, type=Physical Layer",
            "aer",
            "0000:15:01.0",
        ),
        (
            "pci 0000:18:00.0: BAR 2 [mem size 0x2000000000 64bit pref]: can't assign; no space",
            "no_bar_space",
            "0000:18:00.0",
        ),
        ("pci 0000:18:00.0: BAR 1: no space for [mem size 0x1]", "no_bar_space", "0000:18:00.0"),
        ("ixgbe 0000:01:00.0 eth0: NIC Link is Down", "link_down", "eth0"),
        ("tg3 0000:01:00.0 eno1: Link is down", "link_down", "eno1"),
        ("mlx5_core 0000:3b:00.0 ens3f0np0: Link down", "link_down", "ens3f0np0"),
        (
            "mlx5_core 0000:19:00.0: Port module event: module 0, Cable unplugged",
            "link_down",
            "0000:19:00.0",
        ),
        ("mlx5_core 0000:3b:00.0 ens3f0np0: Link up", "link_up", "ens3f0np0"),
        ("ixgbe 0000:01:00.0 eth0: NIC Link is Up 10 Gbps", "link_up", "eth0"),
        (
            "pcieport 0000:15:01.0: pciehp: Slot(3): Link Down",
            "card_removed",
            "0000:15:01.0",
        ),
        ("mce: [Hardware Error]: Machine check events logged", "mce", "Machine check"),
        ("mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7", "mce", "CPU 12"),
        (
            "mce: [Hardware Error]: CPU 12: Machine Check Exception: 5 Bank 1: bd80000000100134",
            "mce",
            "CPU 12",
        ),
        ("{1}[Hardware Error]: event severity: recoverable", "mce", "event severity"),
        (
            "[Hardware Error]: CPU:2 (19:11:1) MC0_STATUS[-|UE|MiscV|AddrV|PCC]: 0xbe00",
            "mce",
            "CPU:2",
        ),
        ("EDAC MC0: 1 CE memory read error on CPU_SrcID#0", "edac", "EDAC MC0"),
        (
            "mce: CPU4: Core temperature is above threshold, cpu clock is throttled",
            "cpu_throttled",
            "CPU4",
        ),
        ("Out of memory: Killed process 77 (python3) total-vm:1kB", "oom", "python3"),
        ("Memory cgroup out of memory: Killed process 7 (a b) total", "oom", "a b"),
        ("I/O error, dev nvme0n1, sector 1 op 0x0:(READ)", "io_error", "nvme0n1"),
        ("EXT4-fs (sda1): Remounting filesystem read-only", "read_only", "sda1"),
        ("nfs: server nas1 not responding, timed out", "nfs_not_responding", "nas1"),
        ("INFO: task python3:99 blocked for more than 120 seconds.", "hung_task", "python3"),
        ("watchdog: BUG: soft lockup - CPU#3 stuck for 22s!", "soft_lockup", "CPU#3"),
        (
            "pt_main_thread[2536443]: segfault at 7f79 ip 0 sp 0 error 4 in libnccl.so.2[7f+d3]",
            "segfault_nccl",
            "pt_main_thread",
        ),
    ],
)
def test_events(machine, line, kind, subject):
    assert events(machine, line) == [(kind, subject)]


@pytest.mark.parametrize(
    "line",
    [
        "mlx5_core 0000:01:00.0: 63.008 Gb/s available PCIe bandwidth (8.0 GT/s PCIe x8 link)",
        "usb 1-1: new device",
        "pci 0000:18:00.0: BAR 13: no space for [io  size 0x1000]",
        "pci 0000:18:00.0: BAR 6: no space for [mem size 0x00080000 pref]",
        "pci 0000:18:00.0: BAR 7: no space for [mem size 0x00800000 64bit pref]",
        "pci 0000:15:01.0: bridge window [mem size 0x00200000 64bit pref]: can't assign; no space",
        "pci 0000:18:00.0: VF BAR 0 [mem size 0x2000000 64bit pref]: can't assign; no space",
        "pci 0000:18:00.0: ROM [mem size 0x00080000 pref]: can't assign; no space",
        "pci 0000:01:00.0: BAR 4 [io  size 0x0020]: can't assign; no space",
        "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 0",
        "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  535.261.03",
        "the Xid (PCI is no number",
        "mlx5_core 0000:04:00.0: Port module event: module 0, Cable plugged in the wrong words",
    ],
)
def test_what_is_no_trouble(machine, line):
    found = [kind for kind, _ in events(machine, line) if kind != "link_up"]
    assert found == []
    assert read(machine, line)["xids"] == []


def test_every_kind_of_event_is_tested():
    lines = test_events.pytestmark[0].args[1]
    assert {pattern.kind for pattern in EVENTS} == {kind for _, kind, _ in lines}


def test_one_line_may_be_two_things(machine):
    found = read(machine, "NVRM: Xid (PCI:0000:18:00): 79, GPU has fallen off the bus.")
    assert [event["kind"] for event in found["events"]] == ["fallen_off_bus"]
    assert len(found["xids"]) == 1


def test_the_order_and_the_window(machine):
    lines = [f"eth{n}: Link is Down" for n in range(5)]
    found = read(machine, *lines)
    assert [event["subject"] for event in found["events"]] == [f"eth{n}" for n in range(5)]
    assert [event["age_s"] for event in found["events"]] == [90, 80, 70, 60, 50]
    assert (found["boot_s"], found["oldest_s"]) == (100.0, 90.0)
    late = read(machine, *lines, since_s=65)
    assert [event["subject"] for event in late["events"]] == ["eth3", "eth4"]


def test_what_others_write_into_the_log_is_not_the_kernel_s(machine):
    machine.put("/proc/uptime", "100 1")
    machine.put("/dev/kmsg", "12,1,10,-;NVRM: Xid (PCI:0000:18:00): 79, GPU\n")
    assert read_section("kernel_log")["xids"] == []


def test_details_below_a_record_and_later_fields_are_passed_over(machine):
    machine.put("/proc/uptime", "100 1")
    machine.put(
        "/dev/kmsg",
        "4,1,50000000,-,caller=T1;NVRM: Xid (PCI:0000:18:00): 48, x\n"
        " DEVICE=Xid (PCI:0000:18:00): 79\n",
    )
    assert [one["xid"] for one in read_section("kernel_log")["xids"]] == [48]


def test_a_storm_keeps_the_latest(machine):
    found = read(machine, *["eth0: Link is Down"] * 150, uptime="3000 1")
    assert len(found["events"]) == 100
    assert found["events"][-1]["age_s"] == 1500


def test_a_record_of_the_future_is_none(machine):
    assert read(machine, "x", "eth0: Link is Down", uptime="12.0 1")["events"] == []


def test_an_empty_log_says_nothing(machine):
    found = read(machine)
    assert (found["oldest_s"], found["xids"], found["events"]) == (None, [], [])


@pytest.mark.parametrize("content", [b"no log at all\n", b"\x00\xff" * 50, b"a,b,c,d;e\n"])
def test_what_is_no_log_is_no_answer(machine, content):
    machine.put("/proc/uptime", "100 1")
    machine.put("/dev/kmsg", content)
    with pytest.raises(door.Unreadable, match="no record"):
        read_section("kernel_log")


def test_no_log_is_no_answer(machine):
    machine.put("/proc/uptime", "100 1")
    with pytest.raises(door.Unreadable, match="/dev/kmsg"):
        read_section("kernel_log")


def test_a_device_that_gives_a_record_for_each_read(machine, monkeypatch):
    """As /dev/kmsg does, which says when it has overwritten what was to come next."""
    machine.put("/dev/kmsg")
    given = iter([b"6,1,1,-;one\n", BrokenPipeError(), b"6,9,2,-;two\n", BlockingIOError()])

    def answer(*_):
        part = next(given)
        if isinstance(part, OSError):
            raise part
        return part

    monkeypatch.setattr(os, "read", answer)
    assert read_log().text == "6,1,1,-;one\n6,9,2,-;two\n"


@pytest.mark.skipif(not os.access("/dev/kmsg", os.R_OK), reason="the kernel's log is not for us")
def test_the_log_of_this_machine(monkeypatch):
    monkeypatch.setenv("PODSYS_ROOT", "/")
    found = read_section("kernel_log")
    assert found["boot_s"] > 0


@pytest.mark.skipif(SAMPLES is None, reason="no samples beside this checkout")
def test_real_lines(machine):
    texts = [
        line.split("] ", 1)[1]
        for line in (SAMPLES / "kmsg/gpud_dmesg_xid119.log").read_text().splitlines()
        if "] " in line
    ]
    found = read(machine, *texts, uptime="999999 1")
    assert {(one["xid"], one["bdf"]) for one in found["xids"]} == {(119, "0000:9b:00.0")}
    segfaults = (SAMPLES / "kmsg/gpud_dmesg_nccl_segfault.log").read_text().splitlines()
    lines = [line.split("+00:00 ", 1)[1] for line in segfaults]
    assert events(machine, *lines) == [("segfault_nccl", "pt_main_thread")] * 2


def test_records():
    record = parse_record(r"6,339,5140900,-;NET: \x41\x0afamily\xg \x")
    assert (record.priority, record.at_s) == (6, 5.1409)
    assert record.text == "NET: A\nfamily\\xg \\x"
    assert parse_record("6,1;x") is None


@given(st.text(max_size=300), st.sampled_from(EVENTS + XIDS))
def test_any_text(text, pattern):
    line = f"4,1,1,-;{pattern.needle}{text}\n".encode("ascii", "replace").decode()
    for found in find(Log(line + text, (line + text).lower()), pattern):
        assert found.text.isprintable()
