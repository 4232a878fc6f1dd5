"""Judging: what was measured or read, against what must hold."""

from podsys.core.judge.collective import judge_collective
from podsys.core.judge.items import judge_items
from podsys.core.judge.lines import ActiveVerdict, judge_lines
from podsys.core.judge.pairs import PairVerdict, judge_pairs
from podsys.core.judge.reachable import judge_reachable
from podsys.core.judge.skips import judge_skips

__all__ = [
    "ActiveVerdict",
    "PairVerdict",
    "judge_collective",
    "judge_items",
    "judge_lines",
    "judge_pairs",
    "judge_reachable",
    "judge_skips",
]
