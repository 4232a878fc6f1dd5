"""STREAM on GPUs as superbench's gpu-stream prints it: a line for each kernel, GPU and block size.

Its second number is the share of the peak, so each line is checked against its device. It may run
without checking its data; then it proves nothing.
"""

from __future__ import annotations

import re

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, read_number, split_lines
from podsys.model.output import Figure, ToolOutput

TOOL = "gpu-stream"
KERNELS = ("COPY", "SCALE", "ADD", "TRIAD")
_DEVICE = re.compile(r"Device ([0-9]{1,4}): .* = ([0-9.]{1,12}) GB/s PEAK")
_ROW = re.compile(
    r"STREAM_([A-Z]+)_(double|float)_gpu_([0-9]{1,4})_buffer_([0-9]{1,15})_block_([0-9]{1,5})"
    r"\s+(\S+)\s+(\S+)\s*"
)


def recognises(text: str) -> bool:
    return bool(re.search(r"STREAM_[A-Z]+_(?:double|float)_gpu_[0-9]", text))


def parse(text: str) -> ToolOutput:
    """The best block size of each kernel on each GPU: others are ways not to use it."""
    lines = split_lines(text)
    peaks = {int(m[1]): read_number(m[2]) for m in map(_DEVICE.match, lines) if m}
    gaps: list[str] = []
    best: dict[tuple[int, str], tuple[float, int]] = {}
    blocks: dict[tuple[int, str], set[str]] = {}
    for line in lines:
        if not line.startswith("STREAM_"):
            continue
        row = _ROW.fullmatch(line)
        if row is None or row[1] not in KERNELS:
            gaps.append("a row cannot be read")
            continue
        key, rate = (int(row[3]), row[1]), read_number(row[6])
        peak = peaks.get(key[0])
        if peak is None or not agree(100 * rate / peak, read_number(row[7]), 2e-3, 0.02):
            gaps.append(f"gpu {key[0]} {key[1]}: rate and share of the peak disagree")
        blocks.setdefault(key, set()).add(row[5])
        best[key] = max(best.get(key, (0.0, 0)), (rate, int(row[4])))
    if not best:
        raise Unreadable("no row of gpu-stream in the output")
    gaps += _find_missing(peaks, blocks)
    if "Check data: Yes" not in text:
        gaps.append("run without checking its data")
    return ToolOutput(
        tool=TOOL,
        figures=tuple(_figure(key, *found) for key, found in best.items()),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _find_missing(peaks: dict[int, float], blocks: dict[tuple[int, str], set[str]]) -> list[str]:
    all_blocks = set().union(*blocks.values())
    wanted = [(gpu, kernel) for gpu in peaks for kernel in KERNELS]
    missing = [f"gpu {gpu} {k}" for gpu, k in wanted if blocks.get((gpu, k)) != all_blocks]
    return [f"rows are missing: {', '.join(missing[:4])}"] if missing else []


def _figure(key: tuple[int, str], rate: float, size: int) -> Figure:
    metric = "hbm_bw" if key[1] == "TRIAD" else f"hbm_{key[1].lower()}_bw"
    value = round(rate / 1e3, 6)
    return Figure(metric=metric, value=value, unit="TB/s", subject=f"gpu {key[0]}", size=size)


KNOWN_GOOD = """\
STREAM Benchmark
Check data: Yes

Device 0: "Some GPU"  100 SMs(9.0)  Memory: 2619MHz x 5120-bit = 3352 GB/s PEAK   ECC is ON
STREAM_COPY_double_gpu_0_buffer_4294967296_block_128    3016.80 90.00
STREAM_SCALE_double_gpu_0_buffer_4294967296_block_128   3016.80 90.00
STREAM_ADD_double_gpu_0_buffer_4294967296_block_128     3016.80 90.00
STREAM_TRIAD_double_gpu_0_buffer_4294967296_block_128   3016.80 90.00
"""
_TRIAD = "STREAM_TRIAD_double_gpu_0_buffer_4294967296_block_128   3016.80 90.00\n"
KNOWN_BAD = (
    "",
    KNOWN_GOOD.replace(_TRIAD, ""),
    KNOWN_GOOD.replace(_TRIAD, _TRIAD.replace("3016.80", "9016.80")),
    KNOWN_GOOD.replace(_TRIAD, _TRIAD.replace("3016.80", "N/A")),
    KNOWN_GOOD[:-7],
    KNOWN_GOOD.replace("Check data: Yes", "Check data: No"),
    KNOWN_GOOD.replace("3352 GB/s PEAK", "some"),
)
