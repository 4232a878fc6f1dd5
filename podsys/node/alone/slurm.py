"""Slurm's opinion of this node: read, and changed only where it is podsys's own.

A node is drained when a fault is found and nobody else has given a reason; it is resumed when
nothing is found and the reason is podsys's. Whatever anybody else wrote stays.
"""

import os
import re
from collections import namedtuple
from typing import List, Optional

from ..machine import PLACES, Unreadable
from ..process import spawn

OURS = "podsys:"
# Slurm is seldom where a distribution would put it.
MORE_PLACES = ("/opt/slurm/bin", "/usr/local/slurm/bin", "/cm/shared/apps/slurm/current/bin")
# After the reason Slurm writes who gave it and when, as [root@2026-01-31T12:00:00].
REASON = re.compile(r"(?:^|\s)Reason=(.*?)(?:\s*\[[^\[\]\s]+@[^\[\]\s]+\])?(?:\s+[A-Z]\w*=.*)?$")
NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
State = namedtuple("State", "words reason")


def find_node_name() -> str:
    """As slurmd tells its programs; else the host's short name."""
    return os.environ.get("SLURMD_NODENAME") or os.uname().nodename.partition(".")[0]


def update_drain(node: str, reason: str, seconds: float) -> str:
    """What was done, in words. `reason` is empty when the node is good; Unreadable when Slurm
    does not answer in time: then nothing was changed, or nobody knows."""
    state = read_state(node, seconds / 2)
    is_draining = "DRAIN" in state.words
    is_ours = state.reason.startswith(OURS)
    if state.reason and not is_ours:
        return "left alone: the reason %r is somebody else's" % state.reason
    if reason and is_draining and state.reason == OURS + " " + reason:
        return "is drained already"
    if reason:
        _update(node, ["State=DRAIN", "Reason=%s %s" % (OURS, reason)], seconds / 2)
        return "drained"
    if is_draining and is_ours:
        _update(node, ["State=RESUME"], seconds / 2)
        return "resumed"
    return "left alone"


def read_state(node: str, seconds: float) -> State:
    if not NODE.fullmatch(node):
        raise Unreadable("%r is no name of a node" % node)
    return parse_state(_ask(["show", "node", node, "--oneliner"], seconds))


def parse_state(text: str) -> State:
    """`... State=IDLE+DRAIN ... Reason=bad cable [root@2026-01-31T12:00:00]`, all in one line."""
    line = " ".join(text.split())
    words = re.search(r"(?:^|\s)State=([A-Z][A-Z_+*~#!%$@^-]*)", line)
    if not words:
        raise Unreadable("scontrol told no state: %.80s" % line)
    reason = REASON.search(line)
    return State(re.split(r"[^A-Z_]+", words.group(1)), reason.group(1).strip() if reason else "")


def _update(node: str, words: List[str], seconds: float) -> None:
    _ask(["update", "NodeName=" + node] + words, seconds)


def _ask(words: List[str], seconds: float) -> str:
    """What scontrol says; Unreadable when there is none, it fails, or it hangs."""
    tool = find_scontrol()
    if tool is None:
        raise Unreadable("scontrol is not installed")
    environment = dict(os.environ, LC_ALL="C")
    code, out, err = spawn([tool] + words, environment, seconds, "")
    if code is None:
        raise Unreadable("scontrol did not end within %.1f s" % seconds)
    if code != 0:
        said = (err or out).decode("utf-8", "replace").strip()
        raise Unreadable("scontrol %s: %s" % (words[0], said[:200] or "exit code %d" % code))
    return out.decode("utf-8", "replace")


def find_scontrol() -> Optional[str]:
    """Slurm starts its programs with a path in which it is; by hand it may be elsewhere."""
    places = os.environ.get("PATH", "").split(":") + PLACES.split(":") + list(MORE_PLACES)
    for place in filter(os.path.isabs, places):
        path = os.path.join(place, "scontrol")
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    return None
