"""The emulated NVIDIA management library, compiled on this machine when a lab first needs it."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.host import require_packages
from podsys.lab.layout import state_dir
from podsys.lab.locks import lock_file
from podsys.lab.shell import SYSTEM_PATH, run
from podsys.lab.types import Report, say_nothing

SOURCES = Path(__file__).with_name("nvml")
LIBRARY = "libnvidia-ml.so.1"
COMPILER, PACKAGES = "cc", ["gcc", "libc6-dev"]
# Plain POSIX, so that what is compiled here also runs on the older C library of a node.
FLAGS = [
    "-std=c11",
    "-D_POSIX_C_SOURCE=200809L",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-shared",
    "-fPIC",
    "-fvisibility=hidden",
    f"-Wl,-soname,{LIBRARY}",
]


def ensure_nvml_library(cache: Path | None = None, report: Report = say_nothing) -> Path:
    """The compiled libnvidia-ml.so.1; compiled first if there is none of these sources.

    `cache` is a folder for it, by default the lab's own.
    """
    cache = cache or state_dir() / "nvml"
    library = cache / name_build() / LIBRARY
    if library.exists():
        return library
    with lock_file(cache / ".lock"):
        if not library.exists():
            require_compiler(report)
            report("Compiling the emulated NVIDIA management library (once)")
            compile_library(library)
    return library


def name_build() -> str:
    """Changes whenever the library would."""
    digest = hashlib.sha256(" ".join([platform.machine(), *FLAGS]).encode())
    for path in sorted(SOURCES.glob("*.[ch]")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def require_compiler(report: Report) -> None:
    path = f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"
    if not shutil.which(COMPILER, path=path):
        require_packages(PACKAGES, report)


def compile_library(library: Path) -> None:
    """Whole or not at all."""
    library.parent.mkdir(parents=True, exist_ok=True)
    new = library.with_suffix(".new")
    sources = sorted(SOURCES.glob("*.c"))
    done = run([COMPILER, *FLAGS, "-o", new, *sources], check=False, timeout=120)
    if done.returncode != 0:
        raise PodsysError(
            f"The emulated NVIDIA management library does not compile: {done.stderr.strip()}",
            f"It needs a C compiler and the C library's headers: apt-get install"
            f" {' '.join(PACKAGES)}.",
            ExitCode.FAILED,
        )
    new.replace(library)
