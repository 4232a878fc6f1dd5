"""A shell command that ends on the node by itself: after its time, or when nobody waits for it.

A connection that breaks leaves its command running: sshd sends no signal without a terminal. So a
loop beside the command looks whether its own parent, the session, is still there.
"""

from __future__ import annotations

import shlex

# Between asking and insisting; mpirun needs it to end its ranks elsewhere.
GRACE_S = 5


def guard(command: str, limit_s: float) -> str:
    """`command` is for sh; the whole group of its processes ends with it. Its exit code is kept."""
    words = shlex.join(["timeout", "-k", str(GRACE_S), f"{limit_s:g}", "sh", "-c", command])
    return f"exec sh -c {shlex.quote(_watch(words))}"


def _watch(words: str) -> str:
    """`timeout` leads a group of its own, and passes on the signal that ends it."""
    return (
        "parent() { while read -r key value; do "
        "case $key in PPid:) found=$value ;; esac; done < /proc/$$/status; }; "
        f"parent; session=$found; {words} & job=$!; "
        "stop() { kill -TERM $job; "
        f"for turn in $(seq {GRACE_S * 10}); do kill -0 -$job || exit 143; sleep 0.1; done; "
        "kill -KILL -$job; exit 143; }; "
        "trap 'stop 2>/dev/null' TERM INT HUP; "
        "{ while kill -0 $job; do parent; "
        '[ "$found" = "$session" ] || stop; '
        "sleep 0.1; done; } 2>/dev/null; wait $job"
    )
