"""What a rule is evaluated in: names, and a count of steps."""

from typing import Any, Callable, Dict

Scope = Dict[str, Any]
Evaluator = Callable[[Scope], Any]

# Hostile facts must not keep a node busy; an honest rule takes some thousand steps.
MOST_STEPS = 200000
# What the rules of one look share, beside the names; no name in a rule can look so.
MEMORY = "#memory"


class TooManyStepsError(Exception):
    """The rule goes through more than any machine has."""


def step(scope: Scope, steps: int) -> None:
    memory = scope[MEMORY]
    memory["steps"] += steps
    if memory["steps"] > MOST_STEPS:
        raise TooManyStepsError
