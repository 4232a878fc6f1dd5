"""The program that every rank becomes: one of nccl-tests or rccl-tests, built with MPI."""

import os
import shutil
import sys


def main(folders, program, gpus, least="8M", most="16G"):
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":" + folders)
    if not found:
        sys.stderr.write(f"not installed: {program}\n")
        sys.exit(127)
    os.environ.setdefault("NCCL_DEBUG", "INFO")
    os.environ.setdefault("NCCL_DEBUG_SUBSYS", "INIT,ENV,TUNING")  # its way, and its algorithm
    sizes = ["-b", least, "-e", most, "-f", "2"]
    os.execv(found, [found, *sizes, "-g", gpus, "-n", "20", "-w", "5", "-c", "1"])  # noqa: S606 - in place of this one, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
