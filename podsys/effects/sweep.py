"""Roll call after measuring: who is still there, and is anything of ours still running?

Whatever checks start on a node has the run's mark in its environment. What is left of it, after
Ctrl-C say, is ended; what cannot be ended is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.effects.ssh.outcome import MARK

LIMIT_S = 20.0
# mpirun ends its ranks on other nodes in order when it is asked, and is given this long for it.
PATIENCE_S = 5

SCRIPT = r"""
cat /proc/sys/kernel/random/boot_id
find_ours() { grep -lszxF "$1" /proc/[0-9]*/environ; }
name() { tr '\0\n' '  ' < "${1%environ}cmdline" 2>/dev/null | cut -c1-100; }
for one in $(find_ours "$1"); do
  pid=${one#/proc/}; pid=${pid%/environ}
  said=$(name "$one")
  kill -TERM "$pid" 2>/dev/null && echo "ended $said"
done
tries=$(($2 * 5))
while [ $tries -gt 0 ] && [ -n "$(find_ours "$1")" ]; do sleep 0.2; tries=$((tries - 1)); done
for one in $(find_ours "$1"); do pid=${one#/proc/}; kill -KILL "${pid%/environ}" 2>/dev/null; done
[ -z "$(find_ours "$1")" ] || sleep 0.3
for one in $(find_ours "$1"); do echo "left $(name "$one")"; done
rm -rf "$3"
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one node said. `error`: it did not. `ended` and `left` are command lines."""

    node: str
    error: str = ""
    boot_id: str = ""
    ended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def name_scratch(mark: str) -> str:
    """A folder on the nodes for files of this run's tools; it goes with the roll call."""
    return f"/tmp/podsys-{mark}"  # noqa: S108 - the mark is random, and nobody else's


def call_roll(fleet: Fleet, nodes: Sequence[str], mark: str) -> dict[str, Answer]:
    """One question to each node, by a fleet that does not carry the mark itself."""
    words = f"{fleet.as_root}sh -s {MARK}={mark} {PATIENCE_S} {name_scratch(mark)}"
    asked = {node: Command(words, SCRIPT.encode()) for node in nodes}
    return {found.node: _read(found) for found in fleet.run_each(asked, LIMIT_S)}


def _read(found: Outcome) -> Answer:
    lines = found.stdout.decode(errors="replace").splitlines()
    if found.error or not lines:
        return Answer(found.node, found.error or "no answer to a simple question")
    said = [line.partition(" ") for line in lines[1:]]
    ended = tuple(rest.strip() for word, _, rest in said if word == "ended")
    left = tuple(rest.strip() for word, _, rest in said if word == "left")
    return Answer(found.node, "", lines[0].strip(), ended, left)
