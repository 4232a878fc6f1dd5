"""Kernel modules built from their sources for DKMS, and made into a package for other machines.

This machine's own modules are left alone: sources are unpacked and built in a folder aside. What
is installed is only what building takes: dkms with its compiler, and headers of that kernel.
"""

import glob
import os
import shutil
import sys
from typing import Any, Dict, List

from . import machine
from .build_log import Failed, Log
from .encode import encode
from .kinds.package_origin import measure
from .modules_package import Sources, write_tree

WORK = "/var/cache/podsys/build"
LOGS = "/var/log/podsys"
LOCK = "/run/podsys-build.lock"
APT_LIMIT_S = 900
MAKE_LIMIT_S = 2400
Request = Dict[str, Any]


def run(request: Request) -> None:
    """`request` is a Build of podsys/model/build.py.

    Prints file, size, sha256 and log, or problem, log and the last lines of it.
    """
    import fcntl

    with open(machine.at(LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sys.stdout.write(encode(build(request)) + "\n")


def build(request: Request) -> Dict[str, Any]:
    log = Log("%s/%s.log" % (LOGS, request["name"]))
    work = "%s/%s" % (machine.at(WORK), request["name"])
    shutil.rmtree(work, ignore_errors=True)
    try:
        os.makedirs(work)
        file = make_package(request, work, log)
        size, digest = measure_file(file)
    except (Failed, OSError, ValueError, LookupError, machine.Unreadable) as error:
        return {"problem": str(error), "log": log.path, "last": log.last_lines()}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return {"file": file, "size": size, "sha256": digest, "log": log.path}


def make_package(request: Request, work: str, log: Log) -> str:
    """The path of the package, beside the folder where it was made."""
    install = ["apt-get", "-qy", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"]
    install += ["--allow-downgrades", "--allow-change-held-packages", "install", "dkms"]
    log.do("what building takes cannot be installed", install + request["headers"], APT_LIMIT_S)
    sources = fetch_sources(request, work, log)
    made = build_modules(request, sources, work, log)
    write_tree(work + "/package", request, sources, made)
    file = work + ".deb"
    # The best compression takes three times as long, and saves little.
    pack = ["dpkg-deb", "-Zxz", "-z3", "--root-owner-group", "--build", work + "/package", file]
    log.do("the package cannot be made", pack, APT_LIMIT_S)
    return file


def fetch_sources(request: Request, work: str, log: Log) -> Sources:
    pin = "%s=%s" % (request["sources"], request["sources_version"])
    log.do("%s cannot be fetched" % pin, ["apt-get", "-q", "download", pin], APT_LIMIT_S, work)
    (file,) = glob.glob("%s/%s_*.deb" % (work, request["sources"]))
    found = measure_file(file)[1]
    if found != request["sources_sha256"]:
        text = "%s has sha256 %s, the lock has %s" % (pin, found, request["sources_sha256"])
        raise Failed(text)
    log.do("%s is damaged" % pin, ["dpkg-deb", "-x", file, work + "/sources"], APT_LIMIT_S)
    return Sources(file, work + "/sources/usr/src")


def build_modules(request: Request, sources: Sources, work: str, log: Log) -> List[str]:
    """The paths of the modules."""
    name, version = sources.module
    tree = work + "/dkms"
    os.makedirs(tree)
    words = ["dkms", "build", "-m", name, "-v", version, "-k", request["kernel"]]
    words += ["--dkmstree", tree, "--sourcetree", sources.folder]
    what = "%s %s cannot be built for %s" % (name, version, request["kernel"])
    try:
        log.do(what, words, MAKE_LIMIT_S)
    except Failed:
        for file in sorted(glob.glob(tree + "/*/*/build/make.log")):
            log.add(file)
        raise
    made = sorted(
        glob.glob("%s/%s/%s/%s/*/module/*.ko*" % (tree, name, version, request["kernel"]))
    )
    if not made:
        raise Failed(what + ": dkms left no module")
    return made


def measure_file(path: str) -> Any:
    """Size and sha256 of a file outside the machine's root, where a test has another."""
    root = machine.at("/").rstrip("/")
    return measure(path[len(root) :])
