"""Forecast: rounds and minutes of a pair run, beside measuring every pair."""

from __future__ import annotations

from podsys.core.rounds import count_all_rounds, share_rounds
from podsys.model.forecast import Forecast


def forecast_pairs(nodes: int, max_rounds: int, round_s: float, hung_round_s: float) -> Forecast:
    """`hung_round_s`: what a round takes in which a node hangs. Usually nothing is in doubt."""
    planned, retests = share_rounds(nodes, max_rounds)
    at_most = (planned + retests) * hung_round_s
    return Forecast(planned * round_s, at_most, describe_plan(nodes, max_rounds, round_s))


def describe_plan(nodes: int, max_rounds: int, round_s: float) -> str:
    """One line for people, before anything is measured; `round_s` is what one round takes.

    With few rounds most pairs are never measured: the line says how many are, because a link
    between two nodes can only be named when somebody looked at it.
    """
    planned, retests = share_rounds(nodes, max_rounds)
    every = count_all_rounds(nodes)
    if not every:
        return "fewer than two nodes: no pair to measure"
    text = f"{_count(planned, 'round')} of {nodes // 2} pairs at once, at most {retests} of retests"
    text += f": {say_minutes(planned * round_s)} to {say_minutes((planned + retests) * round_s)}"
    if planned >= every:
        return f"{text}; every pair is measured"
    exhaustive = f"every pair would take {every} rounds, {say_minutes(every * round_s)}"
    return f"{text}; {exhaustive} (this measures {planned / every:.1%} of all pairs)"


def say_minutes(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 1:
        return f"{seconds:.0f} s"
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
