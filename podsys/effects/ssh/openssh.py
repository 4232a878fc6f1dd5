"""OpenSSH's own answer to how a machine is reached (`ssh -G`), for many machines at little cost.

A process a node would take 10,000 nodes most of a minute. So two nodes of each group that the
config cannot tell apart are asked; where their answers differ in nothing but the node's name,
they hold for the whole group.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from podsys.effects.ssh.config_text import PERSONAL, SYSTEM, ConfigText
from podsys.errors import PodsysError

Answer = Mapping[str, tuple[str, ...]]

WANTED = (
    "hostname", "user", "port", "hostkeyalias", "identityfile", "identitiesonly", "identityagent",
    "proxyjump", "proxycommand", "connecttimeout",
)  # fmt: skip
NAME = "\0"  # stands for the node's name in an answer that holds for several
PROCESSES = 8
LIMIT_S = 30.0


@contextmanager
def config_file(config: str | None, before: str = "", after: str = "") -> Iterator[str]:
    """A config with OpenSSH's own files in it, in their order; the first value found counts."""
    lines = [before, f'Include "{config or PERSONAL}"', f"Include {SYSTEM}", "Host *", after]
    with tempfile.NamedTemporaryFile("w", prefix="podsys-ssh-", suffix=".conf") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        yield file.name


def ask(
    config: str | None, names: Sequence[str], words: Sequence[str] = (), user: str | None = None
) -> dict[str, Answer]:
    """What OpenSSH would do for each name; `user` is for those of whom the config names none."""
    groups = ConfigText(config or PERSONAL).group(names)
    with (
        config_file(config, after=f"User {user}" if user else "") as file,
        ThreadPoolExecutor(PROCESSES, thread_name_prefix="ssh-G") as pool,
    ):
        command = ["ssh", "-T", "-G", "-F", file, *words, "--"]
        samples = [name for group in groups for name in dict.fromkeys((group[0], group[-1]))]
        texts = dict(zip(samples, pool.map(lambda n: _run(command, n), samples), strict=True))
        known = {group[0]: _common(group, texts) for group in groups}
        alone = [name for group in groups if known[group[0]] is None for name in group[1:-1]]
        texts |= zip(alone, pool.map(lambda n: _run(command, n), alone), strict=True)
    found: dict[str, Answer] = {}
    for group in groups:
        text = known[group[0]]
        found |= {n: _parse(text.replace(NAME, n) if text else texts[n]) for n in group}
    return found


def _common(group: Sequence[str], texts: Mapping[str, str]) -> str | None:
    """The answer for all of a group, with a mark for the name; None: they are asked one by one."""
    if len(group) == 1:
        return None
    first, last = (texts[name].replace(name, NAME) for name in (group[0], group[-1]))
    return first if first == last else None


def _run(command: Sequence[str], name: str) -> str:
    try:
        done = subprocess.run(
            [*command, name],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise PodsysError("ssh is missing", "install openssh-client") from error
    except subprocess.TimeoutExpired as error:
        raise PodsysError(
            f"ssh -G {name}: no answer", "look at Match exec in its config"
        ) from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise PodsysError(f"OpenSSH's config: {said[0]}", f"see: ssh -G {name}")
    lines = (line for line in done.stdout.splitlines() if line.partition(" ")[0] in WANTED)
    return "\n".join(lines)


def _parse(text: str) -> Answer:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        found[key] = (*found.get(key, ()), value)
    return found


def check_config(config: str | None) -> None:
    if config and not Path(config).expanduser().is_file():
        raise PodsysError(f"ssh.config: no file {config}", "correct it in cluster.yaml")
