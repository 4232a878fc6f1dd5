"""Real lspci and setpci read the emulated tree, and setpci writes into it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from podsys.lab.hardware.files import update_files, write_files
from podsys.lab.hardware.pci import pci_files

pytestmark = pytest.mark.skipif(not shutil.which("setpci"), reason="needs lspci and setpci")

GPU, PORT, ROOT, NIC, NVME = "1a:00.0", "17:02.0", "15:01.0", "18:00.0", "19:00.0"


@pytest.fixture
def run(tmp_path, h100):
    write_files(tmp_path, pci_files(h100))

    def call(tool: str, *words: str) -> str:
        where = ["-A", "linux-sysfs", "-O", f"sysfs.path={tmp_path}/sys/bus/pci"]
        done = subprocess.run([tool, *where, *words], capture_output=True, text=True, check=True)
        return done.stdout

    return call


def break_device(folder: Path, state, bdf: str, **changes: object) -> None:
    """As `lab break` does: the state changes, and what differs is rendered."""
    before = pci_files(state)
    state["devices"][f"0000:{bdf}"] |= changes
    update_files(folder, before, pci_files(state))


def show(run, bdf: str) -> str:
    return run("lspci", "-vvv", "-n", "-s", bdf)


@pytest.mark.parametrize(
    ("bdf", "supported", "read_request"),
    [
        (GPU, 256, 512),
        (NIC, 512, 4096),
        (NVME, 512, 512),
        (PORT, 2048, 128),
        (ROOT, 512, 128),
    ],
)
def test_payload_and_read_request(run, bdf, supported, read_request):
    text = show(run, bdf)
    assert re.search(rf"DevCap:\s+MaxPayload {supported} bytes", text)
    assert f"MaxPayload 256 bytes, MaxReadReq {read_request} bytes" in text


def test_links_at_full_speed_and_width(run):
    text = show(run, GPU)
    assert re.search(r"LnkCap:\s+Port #0, Speed 32GT/s, Width x16", text)
    assert re.search(r"LnkSta:\s+Speed 32GT/s( \(ok\))?, Width x16( \(ok\))?\n", text)
    assert "downgraded" not in text


def test_a_gpu_says_what_it_is(run):
    text = show(run, GPU)
    assert text.startswith(f"{GPU} 0302: 10de:2330 (rev a1)\n")
    assert "Subsystem: 10de:16c1" in text
    assert "NUMA node: 0" in text
    assert "Region 2: Memory at 22000000000 (64-bit, prefetchable) [size=128G]" in text
    assert re.search(r"Capabilities: \[60\] Express \(v2\) Endpoint", text)
    assert "RlxdOrd+" in text
    assert re.search(r"LnkCtl:\s+ASPM Disabled", text)
    assert "Capabilities: [100 v2] Advanced Error Reporting" in text
    assert "Kernel driver in use: nvidia" in text


def test_ports_have_their_types_buses_and_windows(run):
    assert "Express (v2) Root Port (Slot+)" in show(run, ROOT)
    assert "Express (v2) Upstream Port" in show(run, "16:00.0")
    text = show(run, PORT)
    assert "Express (v2) Downstream Port (Slot+)" in text
    assert "Bus: primary=17, secondary=1a, subordinate=1a" in text
    assert "Prefetchable memory behind bridge: 2000a000000-24001ffffff [size=262016M]" in text
    assert "PresDet+" in text


def test_no_capability_is_unreadable(run):
    text = run("lspci", "-vvv", "-n")
    assert text.count("Capabilities: [60] Express") == text.count("\n\n") == 74
    for word in ("unknown", "Unknown header", "<chain", "<access denied>", "#0", "??"):
        assert word not in text.replace("Port #0", "").replace("Slot #0", "")


def test_the_tree_shows_every_bridge(run):
    text = run("lspci", "-t", "-n")
    assert "[0000:15]---01.0-[16-1a]----00.0-[17-1a]--+-00.0-[18]----00.0" in text


def test_access_control_is_off_on_ports_and_absent_on_endpoints(run):
    off = "SrcValid- TransBlk- ReqRedir- CmpltRedir- UpstreamFwd- EgressCtrl- DirectTrans-"
    assert f"ACSCtl:\t{off}" in show(run, PORT)
    assert "ACSCtl" not in show(run, GPU)
    assert run("setpci", "-s", PORT, "ECAP_ACS+6.w") == "0000\n"


def test_redirect_as_the_kernel_sets_it(run, tmp_path, h100):
    names = ["SrcValid", "ReqRedir", "CmpltRedir", "UpstreamFwd"]
    break_device(tmp_path, h100, PORT, acs=names)
    on = "SrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-"
    assert f"ACSCtl:\t{on}" in show(run, PORT)
    assert run("setpci", "-s", PORT, "ECAP_ACS+6.w") == "001d\n"


def test_a_narrow_slow_link_is_downgraded(run, tmp_path, h100):
    break_device(tmp_path, h100, GPU, width=8, speed_gts=16)
    assert "Speed 16GT/s (downgraded), Width x8 (downgraded)" in show(run, GPU)


def test_active_state_power_management(run, tmp_path, h100):
    break_device(tmp_path, h100, GPU, aspm="L1")
    assert re.search(r"LnkCtl:\s+ASPM L1 Enabled", show(run, GPU))


def test_a_gpu_off_the_bus_has_revision_ff(run, tmp_path, h100):
    break_device(tmp_path, h100, GPU, gone=True)
    text = show(run, GPU)
    assert "10de:2330 (rev ff)" in text
    assert "!!! Unknown header type 7f" in text


def test_a_missing_gpu_is_not_listed_and_its_port_is_empty(run, tmp_path, h100):
    break_device(tmp_path, h100, GPU, present=False)
    assert run("lspci", "-n", "-s", GPU) == ""
    assert len(run("lspci", "-n", "-d", "10de:2330").splitlines()) == 7
    assert "PresDet-" in show(run, PORT)


def test_setpci_reads_and_writes_the_device_control(run):
    assert run("setpci", "-s", NIC, "CAP_EXP+8.w") == "593f\n"
    run("setpci", "-s", NIC, "CAP_EXP+8.w=2000:7000")
    assert run("setpci", "-s", NIC, "CAP_EXP+8.w") == "293f\n"
    assert "MaxPayload 256 bytes, MaxReadReq 512 bytes" in show(run, NIC)


def test_setpci_turns_redirect_off_until_the_reboot(run, tmp_path, h100):
    break_device(tmp_path, h100, PORT, acs=["SrcValid", "ReqRedir"])
    run("setpci", "-s", PORT, "ECAP_ACS+6.w=0000")
    break_device(tmp_path, h100, GPU, width=8)
    assert run("setpci", "-s", PORT, "ECAP_ACS+6.w") == "0000\n"
    write_files(tmp_path, pci_files(h100))
    assert run("setpci", "-s", PORT, "ECAP_ACS+6.w") == "0005\n"


def test_every_platform_decodes_whole(platform_id, make_state, tmp_path, run):
    state = make_state(platform_id)
    write_files(tmp_path, pci_files(state))
    text = run("lspci", "-vvv", "-n")
    assert text.count("Express (v2)") == len(state["devices"])
    assert text.count("ACSCtl:") == sum(one["acs"] is not None for one in state["devices"].values())
