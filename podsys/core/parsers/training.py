"""podsys's own training step: FLOPs of a stated model, its time, and what each rank does alone.

Ranks that were trained together must have the same weights, and the loss on the same batch must
fall: a machine that computes wrong shows there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._report import demand_agreement, read_report, take_word
from podsys.core.parsers._strict import take_count, take_number
from podsys.model.output import Figure, Setup, ToolOutput

TOOL = "podsys-training"
SIZE = ("layers", "width", "heads", "sequence", "batch", "vocabulary")
# Sums of the weights of two ranks differ by no more than rounding.
APART = 1e-6
TFLOPS = "training_tflops"


def recognises(text: str) -> bool:
    return '"podsys_training"' in text


def parse(text: str) -> ToolOutput:
    head, rows, end = read_report(text, "podsys_training", TOOL)
    size = {key: take_count(head, key, at_least=1) for key in SIZE}
    ranks, flops = take_count(head, "ranks", at_least=1), take_count(head, "flops_per_token")
    if flops != count_flops(size):
        raise Unreadable("the model's size and its FLOPs disagree")
    if [take_count(row, "rank") for row in rows] != list(range(ranks)):
        raise Unreadable(f"{len(rows)} of {ranks} ranks")
    hosts = dict.fromkeys(take_word(row, "host") for row in rows)
    setup: dict[str, str | int] = {
        "nodes": len(hosts), "gpus": ranks, "dtype": take_word(head, "dtype"),
        "model": " ".join(f"{key} {value}" for key, value in size.items()),
    }  # fmt: skip
    tokens = size["batch"] * size["sequence"]
    alone = [_read_rank(row, tokens * flops, setup) for row in rows]
    return ToolOutput(
        tool=TOOL, version=f"PyTorch {take_word(head, 'torch')}, {take_word(head, 'backend')}",
        figures=(*_read_step(end, ranks, tokens, flops, setup), *alone),
        faults=tuple(_find_faults(end)), nodes=tuple(hosts),
        devices=tuple(sorted({take_word(row, "device") for row in rows})),
    )  # fmt: skip


def count_flops(size: dict[str, int]) -> int:
    """For one token, forward and backward, as the PaLM paper counts them."""
    width, layers = size["width"], size["layers"]
    multiplied = 12 * layers * width**2 + size["vocabulary"] * width
    return 6 * multiplied + 12 * layers * width * size["sequence"]


def _read_step(
    end: dict[str, Any], ranks: int, tokens: int, flops: int, setup: Setup
) -> Sequence[Figure]:
    seconds, rate = _take_time(end, "step_s"), take_number(end, "tokens_per_s")
    tflops = take_number(end, "tflops_per_rank")
    demand_agreement(rate, ranks * tokens / seconds, "tokens and time")
    demand_agreement(tflops, rate * flops / ranks / 1e12, "tokens and FLOPs")
    return (
        Figure(metric="training_tokens", value=round(rate, 3), unit="tokens/s", setup=setup),
        Figure(metric=TFLOPS, value=round(tflops, 6), unit="TFLOPS", setup=setup),
    )


def _read_rank(row: dict[str, Any], work: int, setup: Setup) -> Figure:
    subject = f"{take_word(row, 'host')} gpu {take_count(row, 'local')}"
    value = round(work / _take_time(row, "alone_s") / 1e12, 6)
    return Figure(metric="training_alone", value=value, unit="TFLOPS", subject=subject, setup=setup)


def _take_time(line: dict[str, Any], key: str) -> float:
    seconds = take_number(line, key)
    if seconds <= 0:
        raise Unreadable(f"{key}: it took no time")
    return seconds


def _find_faults(end: dict[str, Any]) -> Iterator[str]:
    first, last = take_number(end, "first_loss"), take_number(end, "last_loss")
    if last >= first:
        yield f"it did not learn: the loss went from {first:.4g} to {last:.4g}"
    apart = take_number(end, "apart")
    if apart > APART:
        yield f"copies of one model differ by {apart:.2g} after the same steps"


_SIZE = (
    '"layers": 12, "width": 2048, "heads": 16, "sequence": 2048, "batch": 4, "vocabulary": 50304'
)
_HEAD = (
    '{"podsys_training": 1, "torch": "2.11.0", "backend": "nccl", "ranks": 2, "dtype": "bfloat16", '
    f'"parameters": 814321664, "flops_per_token": 4845993984, {_SIZE}}}\n'
)
_RANKS = [
    f'{{"host": "alpha", "device": "Some GPU", "local": {rank}, "rank": {rank}, '
    '"alone_s": 0.125}\n'
    for rank in (0, 1)
]
_END = (
    '{"step_s": 0.128, "tokens_per_s": 128000.0, "tflops_per_rank": 310.143614976, '
    '"first_loss": 10.9, "last_loss": 8.1, "apart": 0.0, "finished": 2}\n'
)
KNOWN_GOOD = _HEAD + "".join(_RANKS) + _END
KNOWN_BAD = (
    "",
    _HEAD + "".join(_RANKS),
    _HEAD + _RANKS[0] + _END,
    _HEAD + _RANKS[0] + _END.replace('"finished": 2', '"finished": 1'),
    _HEAD + _RANKS[0] * 2 + _END,
    KNOWN_GOOD.replace('"step_s": 0.128', '"step_s": 0.0128'),
    KNOWN_GOOD.replace("310.143614976", "610.131032064"),
    KNOWN_GOOD.replace("310.143614976", "NaN"),
    KNOWN_GOOD.replace('"layers": 12', '"layers": 24'),
    KNOWN_GOOD.replace('"last_loss": 8.1', '"last_loss": 10.9'),
    KNOWN_GOOD.replace('"last_loss": 8.1', '"last_loss": NaN'),
    KNOWN_GOOD.replace('"apart": 0.0', '"apart": 0.01'),
    KNOWN_GOOD.replace('"alone_s": 0.125', '"alone_s": 0', 1),
)
