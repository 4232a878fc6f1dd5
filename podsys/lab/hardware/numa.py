"""NUMA nodes in /sys/devices/system/node: the platform's nodes over the lab machine's CPUs.

CPUs and memory are the lab machine's own, dealt out evenly; a node for which no CPU is left has
memory only.
"""

from __future__ import annotations

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.host import Machine
from podsys.lab.hardware.sysfs import line

FOLDER = "/sys/devices/system/node"
LOCAL, REMOTE = 10, 21
PAGE_SIZES = (2048, 1048576)


def numa_files(nodes: int, machine: Machine) -> Files:
    """The folder for `nodes` NUMA nodes, distances as of sockets one hop apart."""
    cpus = [deal_cpus(node, nodes, machine.cpus) for node in range(nodes)]
    with_cpu = [node for node in range(nodes) if cpus[node]]
    files: dict[str, Entry] = {
        f"{FOLDER}/online": line(show_list(range(nodes))),
        f"{FOLDER}/possible": line(show_list(range(nodes))),
        f"{FOLDER}/has_cpu": line(show_list(with_cpu)),
        f"{FOLDER}/has_memory": line(show_list(range(nodes))),
        f"{FOLDER}/has_normal_memory": line(show_list(range(nodes))),
    }
    for node in range(nodes):
        folder = f"{FOLDER}/node{node}"
        files[f"{folder}/cpulist"] = line(show_list(cpus[node]))
        files[f"{folder}/cpumap"] = line(f"{sum(1 << cpu for cpu in cpus[node]):08x}")
        distances = (LOCAL if other == node else REMOTE for other in range(nodes))
        files[f"{folder}/distance"] = line(" ".join(map(str, distances)))
        files[f"{folder}/meminfo"] = show_memory(node, machine.memory_kib // nodes)
        for size in PAGE_SIZES:
            for name in ("nr_hugepages", "free_hugepages", "surplus_hugepages"):
                files[f"{folder}/hugepages/hugepages-{size}kB/{name}"] = line(0)
    return files


def deal_cpus(node: int, nodes: int, cpus: int) -> range:
    """The CPUs of one node: neighbours together, as firmware numbers them."""
    return range(node * cpus // nodes, (node + 1) * cpus // nodes)


def show_list(numbers: range | list[int]) -> str:
    """The kernel's way to write a set of numbers: `0-3,8`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def show_memory(node: int, total_kib: int) -> bytes:
    values = {"MemTotal": total_kib, "MemFree": total_kib // 2, "MemUsed": total_kib // 2}
    lines = [f"Node {node} {key + ':':<15}{value:>9} kB\n" for key, value in values.items()]
    pages = ("HugePages_Total", "HugePages_Free", "HugePages_Surp")
    lines += [f"Node {node} {key + ':':<17}{0:>5}\n" for key in pages]
    return "".join(lines).encode()
