"""fio on the node's scratch path: reading one after the other, then 4 KiB at random."""

from __future__ import annotations

import shlex

from podsys.core.launchers.node_tool import NodeTool, Way
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept

RUNTIME_S = 2
# The file is a two-hundredth of what is free, within these bounds, in MiB.
SHARE, LEAST_MIB, MOST_MIB = 200, 64, 4096
# So much stays free beside the file, in MiB.
SPARE_MIB = 512

_COMMON = (
    "--direct=1 --ioengine=libaio --time_based --group_reporting --output-format=json "
    f"--runtime={RUNTIME_S} --ramp_time=0"
)
_JOBS = (
    "--name=read --rw=read --bs=1M --iodepth=8 "
    "--name=randread --stonewall --rw=randread --bs=4k --iodepth=32"
)


def _fio(_facts: NodeFacts, accept: Accept) -> str:
    """Nothing is begun where the disk is nearly full: that tells nothing about its speed."""
    full = 'echo "only $free MiB free in $PWD: not measured" >&2; exit 75'
    clamp = (
        f"size=$((free / {SHARE})); [ $size -ge {LEAST_MIB} ] || size={LEAST_MIB}; "
        f"[ $size -le {MOST_MIB} ] || size={MOST_MIB}"
    )
    return (
        f"cd {shlex.quote(accept.scratch)} || exit 75; "
        f"free=$(df -Pm . | awk 'NR == 2 {{print $4}}'); {clamp}; "
        f'[ "$free" -ge $((size + {SPARE_MIB})) ] || {{ {full}; }}; '
        "file=podsys-fio.$$; trap 'rm -f $file' EXIT; trap 'exit 143' TERM; "
        f"$tool --filename=$file --size=${{size}}M {_COMMON} {_JOBS}"
    )


TOOL = NodeTool(
    name="fio",
    ways=(Way(("fio",), _fio),),
    seconds=2 * RUNTIME_S + 4,
    limit_s=180,
    remedy="install fio, and see that accept.scratch is a folder with room",
)
