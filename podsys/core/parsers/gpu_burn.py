"""gpu-burn: every GPU it tested must say OK, none may have made an error or died on the way.

Progress lines are parted by carriage returns. Rates: the last of each GPU that it computed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import LONGEST_LINE
from podsys.model.output import Figure, Outcome, ToolOutput
from podsys.model.status import Status

TOOL = "gpu-burn"
_TESTED = re.compile(r"Tested ([0-9]{1,4}) GPUs:\s*")
_RESULT = re.compile(r"\s+GPU ([0-9]{1,4}): (OK|FAULTY)\s*")
_PROGRESS = re.compile(r"([0-9]{1,3}\.[0-9])%\s+proc'd: (.*?)\s{2,}errors: (.*?)\s{2,}temps: ")
_RATE = re.compile(r"\(([0-9]{1,12}) Gflop/s\)")
_DIED = re.compile(r"DIED!|No clients are alive|Couldn't init|Failure during compute|CUDA error")


def recognises(text: str) -> bool:
    return bool(re.search(r"Tested [0-9]+ GPUs:|proc'd: -?[0-9]+ \(", text)) or (
        "Burning for" in text and "seconds" in text
    )


def parse(text: str) -> ToolOutput:
    lines = [line[:LONGEST_LINE] for line in text.replace("\r", "\n").split("\n")]
    progress = [found for found in map(_PROGRESS.match, lines) if found]
    summaries = [n for n, line in enumerate(lines) if _TESTED.fullmatch(line)]
    if not progress and not summaries:
        raise Unreadable("neither progress nor results of gpu-burn in the output")
    gaps: list[str] = []
    outcomes = _read_results(lines, summaries, gaps)
    if progress and float(progress[-1][1]) < 100:
        gaps.append(f"it stopped at {progress[-1][1]} %")
    elif not progress:
        gaps.append("no progress: nothing shows that it computed")
    return ToolOutput(
        tool=TOOL,
        figures=tuple(_read_rates(progress, len(outcomes), gaps)),
        outcomes=tuple(outcomes),
        faults=tuple(_find_faults(lines, progress)),
        gaps=tuple(gaps),
    )


def _read_results(lines: Sequence[str], summaries: Sequence[int], gaps: list[str]) -> list[Outcome]:
    if len(summaries) != 1:
        gaps.append("its results are missing: it did not run to its end")
        return []
    count = int(_TESTED.fullmatch(lines[summaries[0]])[1])  # type: ignore[index]
    found = [_RESULT.fullmatch(line) for line in lines[summaries[0] + 1 :][:count]]
    whole = [one for one in found if one]
    if count == 0 or [int(one[1]) for one in whole] != list(range(count)):
        gaps.append(f"results of {len(whole)} of {count} GPUs")
    return [_outcome(int(one[1]), one[2]) for one in whole]


def _outcome(gpu: int, word: str) -> Outcome:
    return Outcome(f"gpu_{gpu}", Status.PASS if word == "OK" else Status.FAIL, f"GPU {gpu}: {word}")


def _find_faults(lines: Sequence[str], progress: Sequence[re.Match[str]]) -> list[str]:
    faults = [line.strip()[:200] for line in lines if _DIED.search(line)]
    for found in progress:
        if any(int(word) for word in re.findall(r"[0-9]{1,18}", found[3])):
            faults.append(f"errors at {found[1]} %: {found[3].strip()[:120]}")
            break
    return faults[:3]


def _read_rates(progress: Sequence[re.Match[str]], gpus: int, gaps: list[str]) -> list[Figure]:
    last: dict[int, float] = {}
    for found in progress:
        for gpu, rate in enumerate(_RATE.findall(found[2])):
            if int(rate):
                last[gpu] = float(rate)
    missing = [gpu for gpu in range(gpus) if gpu not in last]
    if missing and progress:
        gaps.append(f"GPUs that never computed: {', '.join(map(str, missing))}")
    return [
        Figure(metric="gpu_burn_gflops", value=rate, unit="GFLOPS", subject=f"gpu {gpu}", rows=gpus)
        for gpu, rate in last.items()
    ]


KNOWN_GOOD = """\
Burning for 60 seconds.
50.0%  proc'd: 90 (9000 Gflop/s) - 0 (0 Gflop/s)   errors: 0 - 0   temps: 40 C - 41 C \r\
100.0%  proc'd: 190 (9100 Gflop/s) - 185 (9050 Gflop/s)   errors: 0 - 0   temps: 60 C - 61 C \r
Killing processes with SIGTERM (soft kill)
done

Tested 2 GPUs:
\tGPU 0: OK
\tGPU 1: OK
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("Tested")],
    KNOWN_GOOD[: KNOWN_GOOD.index("\tGPU 1")],
    KNOWN_GOOD.replace("GPU 1: OK", "GPU 1: FAULTY"),
    KNOWN_GOOD.replace("errors: 0 - 0   temps: 60", "errors: 0 - 12  (WARNING!)  temps: 60"),
    KNOWN_GOOD.replace("185 (9050", "-1 (0").replace(
        "errors: 0 - 0   temps: 60", "errors: 0 - 0  (DIED!)  temps: 60"
    ),
    KNOWN_GOOD.replace("100.0%", "70.0%"),
    KNOWN_GOOD.replace("185 (9050", "0 (0"),
    KNOWN_GOOD.replace("Tested 2", "Tested 3"),
)
