"""The section `kernel`: what a machine says, and nothing where it says nonsense."""

from hypothesis import given
from hypothesis import strategies as st

from podsys.node.sections import kernel

POLICY = "/sys/devices/system/cpu/cpufreq/policy{}/scaling_governor"
SWAPS = "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n/dev/sda2  partition 8388604 0 -2\n"


def test_what_a_server_says(machine):
    machine.put("/proc/cmdline", "BOOT_IMAGE=/vmlinuz iommu=pt pci=realloc=off\n")
    machine.put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
    machine.put("/proc/sys/vm/swappiness", "10\n")
    machine.put("/proc/swaps", SWAPS)
    for policy, word in enumerate(("performance", "powersave", "performance")):
        machine.put(POLICY.format(policy), word + "\n")
    assert kernel.read() == {
        "command_line": "BOOT_IMAGE=/vmlinuz iommu=pt pci=realloc=off",
        "governors": ["performance", "powersave"],
        "transparent_hugepages": "madvise",
        "swappiness": 10,
        "swaps": ["/dev/sda2"],
    }


def test_a_container_sees_the_swap_of_its_host_and_has_none(machine):
    machine.put("/proc/swaps", SWAPS)
    machine.put("/run/systemd/container", "systemd-nspawn\n")
    assert kernel.read()["swaps"] is None


def test_nonsense_is_not_known(machine):
    machine.put("/proc/cmdline", b"\xff\x00\x1b[31m")
    machine.put("/sys/kernel/mm/transparent_hugepage/enabled", "madvise\n")
    machine.put("/proc/sys/vm/swappiness", "-3\n")
    machine.put("/proc/swaps", "\x1b[2J")
    assert kernel.read() == {
        "command_line": None,
        "governors": [],
        "transparent_hugepages": None,
        "swappiness": None,
        "swaps": None,
    }


@given(st.text())
def test_only_a_word_in_brackets_is_chosen(text):
    chosen = kernel.find_chosen(text)
    assert chosen is None or f"[{chosen}]" in text
