"""Builds something once and makes it into a package for machines of this kind.

What the machine itself has is left alone: sources are unpacked and built in a folder aside. What
is installed is only what building takes.
"""

import os
import shutil
import sys
from typing import Any, Dict

from . import build_dkms, build_recipe, machine
from .build_log import Failed, Log
from .built_package import describe, write_scripts
from .encode import encode
from .kinds.package_origin import measure

WORK = "/var/cache/podsys/build"
LOGS = "/var/log/podsys"
LOCK = "/run/podsys-build.lock"
# A toolkit has gigabytes.
APT_LIMIT_S = 1800
# Each fills a folder with what the package brings, and returns fields of its own description.
WAYS = {"dkms": build_dkms.fill, "recipe": build_recipe.fill}
Request = Dict[str, Any]


def run(request: Request) -> None:
    """`request` is a Build of podsys/model/build.py.

    Prints file, size, sha256 and log, or problem, log and the last lines of it.
    """
    import fcntl

    os.umask(0o022)  # what is packed shall be for everybody to read
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
    install += ["--allow-downgrades", "--allow-change-held-packages", "install"]
    if request["packages"]:
        words = install + request["packages"]
        log.do("what building takes cannot be installed", words, APT_LIMIT_S)
    tree = work + "/package"
    os.makedirs(tree)
    own = WAYS[request["sources"]["how"]](request, work, log)
    write_scripts(tree, request["kernel"])
    with open(tree + "/DEBIAN/control", "w") as file:
        file.write(describe(request, own, tree))
    file_name = work + ".deb"
    # The best compression takes three times as long, and saves little.
    pack = ["dpkg-deb", "-Zxz", "-z3", "--root-owner-group", "--build", tree, file_name]
    log.do("the package cannot be made", pack, APT_LIMIT_S)
    return file_name


def measure_file(path: str) -> Any:
    """Size and sha256 of a file outside the machine's root, where a test has another."""
    root = machine.at("/").rstrip("/")
    return measure(path[len(root) :])
