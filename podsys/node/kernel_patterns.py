"""What is looked for in the kernel's log: one line each, with whom it is about.

The needle is searched for in the whole log, in small letters, before the expression is tried on
a line. The first group is the subject: a PCI address, an interface, a device, a process. The
wordings are those of Linux (drivers/pci, net, fs, mm, kernel), of NVIDIA's driver and of amdgpu.
"""

import re
from collections import namedtuple

Pattern = namedtuple("Pattern", "kind needle regex")
PCI = r"([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?)"


def _pattern(kind: str, needle: str, regex: str) -> Pattern:
    flags = re.DOTALL | re.IGNORECASE | re.ASCII
    return Pattern(kind, needle, re.compile(regex.replace("<pci>", PCI), flags))


# Errors that NVIDIA numbers: the second group is the number.
XIDS = (
    _pattern("xids", "xid (pci", r"NVRM: Xid \(PCI:<pci>\): ([0-9]{1,5})\b"),
    _pattern("sxids", "sxid (pci", r"nvswitch[0-9]*: SXid \(PCI:<pci>\): ([0-9]{1,5})\b"),
)
EVENTS = (
    _pattern("fallen_off_bus", "fallen off the bus", r"<pci>.*fallen off the bus"),
    _pattern("card_removed", "pciehp: slot", r"<pci>: pciehp: .*(?:link down|card not present)"),
    _pattern("rm_init_failed", "rminitadapter failed", r"GPU <pci>: RmInitAdapter failed"),
    _pattern("api_mismatch", "nvrm: api mismatch", r"client has (?:the )?version ([0-9.]+)"),
    _pattern("gdr_invalid_context", "detected invalid context", r"(nvidia[-_]peermem|nv_mem)"),
    _pattern("amdgpu_reset", "gpu reset", r"amdgpu <pci>: .*gpu reset"),
    _pattern("amdgpu_ras", "uncorrectable hardware errors", r"amdgpu <pci>: "),
    _pattern("link_limited", "available pcie bandwidth, limited by", r"<pci>: [0-9.]+ Gb/s avail"),
    _pattern("aer", "pcie bus error: severity=", r"<pci>: (?:AER: )?PCIe Bus Error: severity="),
    _pattern("no_bar_space", "no space for", r"<pci>: BAR [0-9]+.*no space for"),
    _pattern("no_bar_space", "can't assign; no space", r"<pci>: .*can't assign; no space"),
    _pattern("link_down", "link is down", r"(\S{1,64}?):? (?:NIC )?link is down"),
    _pattern("link_down", "link down", r"^(?!.*pciehp).*?(\S{1,64}): link down"),
    _pattern("link_down", "cable unplugged", r"<pci>: Port module event: .*cable unplugged"),
    _pattern("link_up", "link is up", r"(\S{1,64}?):? (?:NIC )?link is up"),
    _pattern("link_up", "link up", r"^(?!.*pciehp).*?(\S{1,64}): link up"),
    _pattern("link_up", "cable plugged", r"<pci>: Port module event: .*cable plugged"),
    _pattern("mce", "[hardware error]", r"Error\]: (CPU[: ]+[0-9]+|machine check|hardware error)"),
    _pattern("edac", "edac mc", r"(EDAC MC[0-9]+): [0-9]+ [CU]E "),
    _pattern("cpu_throttled", "above threshold, cpu clock", r"(CPU[0-9]+): "),
    _pattern("oom", "out of memory: killed", r"killed process [0-9]+ \(([^)]*)\)"),
    _pattern("io_error", "i/o error, dev", r"I/O error, dev (\w+),"),
    _pattern("io_error", "buffer i/o error on dev", r"buffer I/O error on dev(?:ice)? (\w+)"),
    _pattern("read_only", "remounting filesystem read-only", r"\(([^)]+)\): remounting"),
    _pattern("read_only", "filesystem has been shut down", r"XFS \(([^)]+)\): filesystem has been"),
    _pattern("nfs_not_responding", "not responding", r"nfs: server (\S{1,64}) not responding"),
    _pattern("hung_task", "blocked for more than", r"task (\S{1,64}):[0-9]+ blocked for more than"),
    _pattern("soft_lockup", "soft lockup - ", r"soft lockup - (CPU#[0-9]+)"),
    _pattern(
        "segfault_nccl", "in libnccl.so", r"(\S{1,64})\[[0-9]+\]: segfault at .* in libnccl\.so"
    ),
)
