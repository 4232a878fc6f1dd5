"""Processors, from /proc/cpuinfo."""

import os
from typing import Any, Dict

from .. import machine
from ..values import quote, word


def read() -> Dict[str, Any]:
    text = machine.read_text("/proc/cpuinfo")
    if not text:
        raise machine.Unreadable("/proc/cpuinfo is empty or missing")
    blocks = [_parse(block) for block in text.strip().split("\n\n")]
    cpus = [block for block in blocks if "processor" in block]
    if not cpus:
        raise machine.Unreadable("/proc/cpuinfo: no processor in %s" % quote(text))
    first = cpus[0]
    return {
        "vendor": word(first.get("vendor_id") or first.get("CPU implementer", "")),
        "model": word(first.get("model name") or first.get("CPU part") or os.uname().machine),
        "sockets": len({cpu.get("physical id", "0") for cpu in cpus}),
        "cpus": len(cpus),
        "cores": len({(c.get("physical id"), c.get("core id", c["processor"])) for c in cpus}),
    }


def _parse(block: str) -> Dict[str, str]:
    pairs = (line.partition(":") for line in block.splitlines())
    return {name.strip(): value.strip() for name, separator, value in pairs if separator}
