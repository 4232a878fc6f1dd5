"""The machine as readers and writers see it: files below one root, commands with a limit."""

import os
import stat
from typing import Dict, List, Optional, Tuple

from .record import Record

# No configuration file or kernel knob is larger; a device or a log must not fill memory.
LARGEST_FILE = 4 << 20
COMMAND_LIMIT_S = 20.0
# True in a child whose whole process group its parent kills: a command stays in that group
# then, so that it cannot outlive the child.
in_own_group = False


class Output(Record):
    """What a tool has left."""

    __slots__ = ("code", "out", "err")
    code: int
    out: str
    err: str


PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Unreadable(Exception):
    """Why something could not be read."""


def at(path: str) -> str:
    """The path below the root; tests set PODSYS_ROOT to a folder that plays the machine."""
    root = os.environ.get("PODSYS_ROOT", "/")
    return path if root == "/" else os.path.join(root, path.lstrip("/"))


def read_text(path: str) -> Optional[str]:
    """None when there is no such file; Unreadable when it is there and cannot be read."""
    content = read_bytes(path)
    return None if content is None else content.decode("utf-8", "replace")


def read_bytes(path: str) -> Optional[bytes]:
    try:
        descriptor = os.open(at(path), os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unreadable("%s: %s" % (path, error.strerror))
    try:
        return _read_all(descriptor, path)
    except OSError as error:
        raise Unreadable("%s: %s" % (path, error.strerror))
    finally:
        os.close(descriptor)


def read_large(path: str) -> Optional[str]:
    """A file known to grow: the package database."""
    try:
        with open(at(path), encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable("%s: %s" % (path, error.strerror))


def _read_all(descriptor: int, path: str) -> bytes:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        raise Unreadable("%s is a directory" % path)
    content = b""
    while len(content) <= LARGEST_FILE:
        part = os.read(descriptor, 1 << 16)
        if not part:
            return content
        content += part
    raise Unreadable("%s is larger than %d bytes" % (path, LARGEST_FILE))


def write_text(
    path: str, text: str, mode: int = 0o644, owner: Optional[Tuple[int, int]] = None
) -> None:
    """All or nothing, also when power fails in between; `owner` is a user and a group."""
    import tempfile  # only writers need it, and it takes its time

    target = at(path)
    folder = os.path.dirname(target)
    os.makedirs(folder, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=folder, prefix=".podsys-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(aside, mode)
        if owner is not None:
            os.chown(aside, *owner)
        os.rename(aside, target)
    except BaseException:
        os.unlink(aside)
        raise


def write_knob(path: str, value: str) -> None:
    """A kernel file takes a value in place; there is nothing to rename."""
    with open(at(path), "w") as knob:
        knob.write(value + "\n")


def list_folder(path: str) -> List[str]:
    try:
        return sorted(os.listdir(at(path)))
    except OSError:
        return []


def exists(path: str) -> bool:
    return os.path.exists(at(path))


def find_command(name: str) -> Optional[str]:
    for place in PLACES.split(":"):
        path = at("%s/%s" % (place, name))
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    return None


def run(words: List[str], limit_s: float = COMMAND_LIMIT_S, stdin: str = "") -> Output:
    """Run a tool; Unreadable when it is missing or does not end in time."""
    tool = find_command(words[0])
    if tool is None:
        raise Unreadable("%s is not installed" % words[0])
    environment = dict(_clean_environment(), DEBIAN_FRONTEND="noninteractive")
    if in_own_group and not stdin and hasattr(os, "posix_spawn"):
        from .spawn import spawn
    else:
        from .process import spawn
    code, out, err = spawn([tool] + words[1:], environment, limit_s, stdin)
    if code is None:
        raise Unreadable("%s did not end within %g s" % (words[0], limit_s))
    return Output(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def ask(words: List[str], limit_s: float = COMMAND_LIMIT_S) -> str:
    """The output of a tool that succeeded; Unreadable with its last words otherwise."""
    done = run(words, limit_s)
    if done.code != 0:
        said = (done.err or done.out).strip().splitlines()
        words_said = said[-1] if said else "it said nothing"
        raise Unreadable("%s: exit code %d: %s" % (" ".join(words), done.code, words_said))
    return str(done.out)


def _clean_environment() -> Dict[str, str]:
    keep = ("PATH", "HOME", "PODSYS_ROOT")
    kept = {key: os.environ[key] for key in keep if key in os.environ}
    kept.setdefault("PATH", PLACES)
    kept["LC_ALL"] = "C"
    return kept
