"""What is looked for in the kernel's log: one line each, with whom it is about.

The needle is searched for in the whole log, in small letters, before the expression is tried on
a line. The first group is the subject: a PCI address, an interface, a device, a process. The
wordings are those of Linux (drivers/pci, net, fs, mm, kernel), of NVIDIA's driver and of amdgpu.
"""

from .record import Record

PCI = r"([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?)"


class Pattern(Record):
    """Capital and small letters are one to the expression; <pci> in it stands for PCI."""

    __slots__ = ("kind", "needle", "regex")
    kind: str
    needle: str
    regex: str


# Errors that NVIDIA numbers: the second group is the number.
XIDS = (
    Pattern("xids", "xid (pci", r"NVRM: Xid \(PCI:<pci>\): ([0-9]{1,5})\b"),
    Pattern("sxids", "sxid (pci", r"nvswitch[0-9]*: SXid \(PCI:<pci>\): ([0-9]{1,5})\b"),
)
EVENTS = (
    Pattern("fallen_off_bus", "fallen off the bus", r"<pci>.*fallen off the bus"),
    Pattern("card_removed", "pciehp: slot", r"<pci>: pciehp: .*(?:link down|card not present)"),
    Pattern("rm_init_failed", "rminitadapter failed", r"GPU <pci>: RmInitAdapter failed"),
    Pattern("api_mismatch", "nvrm: api mismatch", r"client has (?:the )?version ([0-9.]+)"),
    Pattern("gdr_invalid_context", "detected invalid context", r"(nvidia[-_]peermem|nv_mem)"),
    Pattern("amdgpu_reset", "gpu reset", r"amdgpu <pci>: .*gpu reset"),
    Pattern("amdgpu_ras", "uncorrectable hardware errors", r"amdgpu <pci>: "),
    Pattern("link_limited", "available pcie bandwidth, limited by", r"<pci>: [0-9.]+ Gb/s avail"),
    Pattern("aer", "pcie bus error: severity=", r"<pci>: (?:AER: )?PCIe Bus Error: severity="),
    # Nobody misses ports, option ROMs, windows of bridges (7 and more) or of virtual functions.
    Pattern("no_bar_space", "no space for", r"<pci>: BAR [0-5]: no space for \[mem"),
    Pattern("no_bar_space", "can't assign; no space", r"<pci>: BAR [0-5] \[mem .*no space"),
    Pattern("link_down", "link is down", r"(\S{1,64}?):? (?:NIC )?link is down"),
    Pattern("link_down", "link down", r"^(?!.*pciehp).*?(\S{1,64}): link down"),
    Pattern("link_down", "cable unplugged", r"<pci>: Port module event: .*cable unplugged"),
    Pattern("link_up", "link is up", r"(\S{1,64}?):? (?:NIC )?link is up"),
    Pattern("link_up", "link up", r"^(?!.*pciehp).*?(\S{1,64}): link up"),
    Pattern("link_up", "cable plugged", r"<pci>: Port module event: .*cable plugged"),
    Pattern("mce", "[hardware error]", r"Error\]: (CPU[: ]+[0-9]+|machine check|event severity)"),
    Pattern("edac", "edac mc", r"(EDAC MC[0-9]+): [0-9]+ [CU]E "),
    Pattern("cpu_throttled", "above threshold, cpu clock", r"(CPU[0-9]+): "),
    Pattern("oom", "out of memory: killed", r"killed process [0-9]+ \(([^)]*)\)"),
    Pattern("io_error", "i/o error, dev", r"I/O error, dev (\w+),"),
    Pattern("io_error", "buffer i/o error on dev", r"buffer I/O error on dev(?:ice)? (\w+)"),
    Pattern("read_only", "remounting filesystem read-only", r"\(([^)]+)\): remounting"),
    Pattern("read_only", "filesystem has been shut down", r"XFS \(([^)]+)\): filesystem has been"),
    Pattern("nfs_not_responding", "not responding", r"nfs: server (\S{1,64}) not responding"),
    Pattern("hung_task", "blocked for more than", r"task (\S{1,64}):[0-9]+ blocked for more than"),
    Pattern("soft_lockup", "soft lockup - ", r"soft lockup - (CPU#[0-9]+)"),
    Pattern(
        "segfault_nccl", "in libnccl.so", r"(\S{1,64})\[[0-9]+\]: segfault at .* in libnccl\.so"
    ),
)
