"""Starts one command and writes down what it took: `python3 -IS measure.py OUT ARGV...`.

A program of its own, and small: Linux counts the memory of whoever starts a process into that
process's peak.
"""

import json
import os
import sys
import threading
import time

PERIOD_S = 0.25


def main() -> None:
    out, argv = sys.argv[1], sys.argv[2:]
    began = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ)
    tree = Tree(pid)
    threading.Thread(target=tree.watch, daemon=True).start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - began
    took = {
        "code": os.waitstatus_to_exitcode(status),
        "wall_s": round(wall, 4),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 4),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "tree_mib": round(tree.peak_kib / 1024, 1),
    }
    with open(out, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib alone doubles the start
        json.dump(took, file)


class Tree:
    """The largest sum of the memory of a process and all below it; shared pages count once."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.peak_kib = 0

    def watch(self) -> None:
        """Looking costs a twentieth of one processor at most, however large the tree is."""
        while True:
            began = time.monotonic()
            self.peak_kib = max(self.peak_kib, sum(map(read_pss, list_tree(self.root))))
            time.sleep(max(PERIOD_S, 20 * (time.monotonic() - began)))


def list_tree(root: int) -> list[int]:
    found, index = [root], 0
    while index < len(found):
        found += list_children(found[index])
        index += 1
    return found


def list_children(pid: int) -> list[int]:
    children = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:  # noqa: PTH123
                children += [int(word) for word in file.read().split()]
    except OSError:  # it has ended
        pass
    return children


def read_pss(pid: int) -> int:
    """KiB."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


if __name__ == "__main__":
    main()
