"""STREAM: memory bandwidth of all cores together.

Debian and Rocky package no STREAM. Where the site has put one (a binary `stream`) it is taken;
else likwid-bench, which runs STREAM's triad; else stress-ng's stream stressor, which runs the four
kernels in one process for each CPU and reports its rate under a name of its own.
"""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, Way
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept

# likwid-bench works on a thirty-second of the free memory, at most this much: far beyond any cache.
SHARE, MOST_MB = 32, 4000
# stress-ng gives no rate of less than some five seconds.
SECONDS, AGAIN_S = 8, 20


def _stream(_facts: NodeFacts, _accept: Accept) -> str:
    """All cores; threads that wait give way, so that other work on the node hurts least."""
    return "OMP_PROC_BIND=spread OMP_WAIT_POLICY=passive $tool"


def _likwid_bench(_facts: NodeFacts, _accept: Accept) -> str:
    """Each thread touches its own part first (-W), so that every NUMA node serves its cores.

    Stores past the caches where this CPU has them in likwid; the output names the kernel.
    """
    return (
        f"size=$(awk '/^MemAvailable:/ {{print int($2 / 1000 / {SHARE})}}' /proc/meminfo); "
        f"[ $size -le {MOST_MB} ] || size={MOST_MB}; kernel=stream; "
        "$tool -a | grep -q '^stream_mem_sse ' && kernel=stream_mem_sse; "
        "$tool -t $kernel -W N:${size}MB 2>&1"
    )


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
    ways=(
        Way(("stream", "stream_c", "stream_c.exe"), _stream),
        Way(("likwid-bench",), _likwid_bench),
        Way(("stress-ng",), _stress_ng),
    ),
    seconds=SECONDS,
    limit_s=120,
    remedy="install likwid or stress-ng, or put a stream binary into PATH or accept.tools",
)
