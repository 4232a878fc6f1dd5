"""How the kernel was started and how it is set: what faults are told by, beside the settings."""

from typing import Any, Dict, List, Optional

from .. import machine
from ..paths import find_paths
from ..sysfs import read_whole, read_word

GOVERNORS = "/sys/devices/system/cpu/cpufreq/policy*/scaling_governor"
HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"
CONTAINER = "/run/systemd/container"
LONGEST_LINE = 4096
MOST_SWAPS = 32


def read() -> Dict[str, Any]:
    return {
        "command_line": _read_command_line(),
        "governors": _read_governors(),
        "transparent_hugepages": find_chosen(read_word(HUGE_PAGES)),
        "swappiness": read_whole("/proc/sys/vm/swappiness", 200),
        "swaps": _read_swaps(),
    }


def _read_command_line() -> Optional[str]:
    """None when it is no text; a secret in it would be one of the site's own making."""
    text = (machine.read_text("/proc/cmdline") or "").strip()
    return (
        text if len(text) <= LONGEST_LINE and text.isprintable() and "\ufffd" not in text else None
    )


def _read_governors() -> List[str]:
    """Each once; none where the kernel does not set the frequency, as in a virtual machine."""
    return sorted(set(filter(None, map(read_word, find_paths(GOVERNORS)))))


def find_chosen(text: str) -> Optional[str]:
    """`always [madvise] never` -> madvise"""
    chosen = [part[1:-1] for part in text.split(" ") if part[:1] == "[" and part[-1:] == "]"]
    return chosen[0] if len(chosen) == 1 and chosen[0].isalpha() else None


def _read_swaps() -> Optional[List[str]]:
    """Files and devices in use; None in a container, which shows those of its host."""
    if machine.exists(CONTAINER):
        return None
    lines = (machine.read_text("/proc/swaps") or "").splitlines()
    if not lines or not lines[0].startswith("Filename"):
        return None
    return [line.split()[0] for line in lines[1 : MOST_SWAPS + 1] if line.split()]
