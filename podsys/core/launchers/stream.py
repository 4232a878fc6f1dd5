"""STREAM: memory bandwidth of all cores together.

Debian and Rocky package no STREAM. Where the site has put one (a binary `stream`) it is taken;
else stress-ng's stream stressor, which runs the same four kernels in one process for each CPU
and reports its rate under a name of its own: the two are never compared with each other.
"""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, Way
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept

# It gives no rate of less than some five seconds.
SECONDS, AGAIN_S = 8, 20


def _stream(_facts: NodeFacts, _accept: Accept) -> str:
    """All cores; threads that wait give way, so that other work on the node hurts least."""
    return "OMP_PROC_BIND=spread OMP_WAIT_POLICY=passive $tool"


def _stress_ng(_facts: NodeFacts, _accept: Accept) -> str:
    """Its lines come on either stream, by version. On a busy node it may find its time too short
    to give a rate; then it gets more."""
    words = "$tool --stream 0 --no-rand-seed --temp-path /tmp --timeout"
    return (
        f"said=$({words} {SECONDS}s 2>&1); code=$?; "
        f'case $said in *"too short"*) said=$({words} {AGAIN_S}s 2>&1); code=$? ;; esac; '
        'printf "%s\\n" "$said"; (exit $code)'
    )


TOOL = NodeTool(
    name="stream",
    ways=(Way(("stream", "stream_c", "stream_c.exe"), _stream), Way(("stress-ng",), _stress_ng)),
    seconds=SECONDS + 2,
    limit_s=120,
    remedy="apt-get install stress-ng, or put a stream binary into PATH or accept.tools",
)
