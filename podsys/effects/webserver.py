"""The distribution's own lighttpd, for as long as a deploy lasts: one folder, read only."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from podsys.effects.workspace import write_atomically
from podsys.errors import ExitCode, PodsysError

PLACES = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
START_S = 10.0
# Whoever of these exists serves, where podsys itself is root.
USERS = ("www-data", "nobody")
# No listing, no links, nothing but files of this one repository; unknown paths are 403 or 404.
CONFIG = """\
server.document-root = "{root}"
server.bind = "{address}"
server.port = {port}
server.modules = ( "mod_access" )
server.tag = ""
server.follow-symlink = "disable"
server.max-request-size = 1
mimetype.assign = ( "" => "application/octet-stream" )
$HTTP["url"] !~ "^/{name}/(dists|pool)/" {{ url.access-deny = ( "" ) }}
$HTTP["request-method"] !~ "^(GET|HEAD)$" {{ url.access-deny = ( "" ) }}
"""


@contextmanager
def serve(repository: Path, address: str, port: int, log: Path) -> Iterator[None]:
    """http://address:port/NAME/ is the folder `repository`, NAME its name. What the server says
    goes to `log`. It ends with this block, and with this process however that ends."""
    refuse_unservable(address, port)
    config = repository.parent / f"{repository.name}.conf"
    root = str(repository.parent.resolve())
    if re.search(r'["\\\n]', root):
        raise PodsysError(f"{root}: the web server cannot read such a path", "set XDG_CACHE_HOME")
    text = CONFIG.format(root=root, address=address, port=port, name=repository.name)
    write_atomically(config, text)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*_unprivileged(), _find("lighttpd"), "-D", "-f", str(config)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", start_new_session=True,
            env={"PATH": PLACES},
        )  # fmt: skip
    try:
        _wait(process, address, port, log)
        yield
    finally:
        _end(process)


def _unprivileged() -> list[str]:
    """Ended by the kernel when podsys is gone; and nobody who may do anything."""
    words = [_find("setpriv"), "--pdeathsig", "KILL", "--no-new-privs"]
    if os.geteuid() != 0:
        return [*words, "--"]
    user = _find_user()
    return [*words, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _find_user() -> pwd.struct_passwd:
    for name in USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PodsysError(f"no user {' or '.join(USERS)} to serve the bundle as", "make one of them")


def _find(tool: str) -> str:
    found = shutil.which(tool, path=PLACES)
    if found is None:
        package = {"setpriv": "util-linux"}.get(tool, tool)
        raise PodsysError(
            f"{tool} is not installed on this machine: it serves the bundle to the nodes",
            f"apt-get install {package}; its own service is not needed: systemctl disable --now it",
        )
    return found


def _wait(process: subprocess.Popen[bytes], address: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not _answers(address, port):
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines()[-2:]
            raise PodsysError(
                f"the bundle cannot be served at {address}:{port}: {' '.join(said) or 'no answer'}",
                "bundle.listen is an address of this machine, bundle.port one that is free",
                ExitCode.FAILED,
            )
        time.sleep(0.02)


def refuse_unservable(address: str, port: int) -> None:
    """Said before anything is started: else another's server could be taken for ours."""
    _find("lighttpd")
    _unprivileged()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise PodsysError(
                f"the bundle cannot be served at {address}:{port}: {error.strerror}",
                "bundle.listen is an address of this machine, bundle.port one that is free",
            ) from error


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
