"""Rules: small expressions over facts, with a third truth value for what is not known.

`core/rules.py` reads a rule's text and hands over a tree of plain lists, so that nothing is
parsed on nodes and any Python evaluates alike. `build(tree)` makes a function of it once;
`evaluate` calls that with the names a rule may read. It returns a value or `Unknown`, and raises
nothing, whatever the facts are.
"""

from typing import Any

from .build import build
from .scope import MEMORY, Evaluator, Scope, TooManyStepsError
from .truth import Unknown

__all__ = ["MEMORY", "Evaluator", "Scope", "Unknown", "build", "evaluate"]


def evaluate(rule: Evaluator, names: Scope) -> Any:
    """The rule's value; `names` are sections and options, Unknown where they are missing.

    Rules of one look are quicker when its names hold a dict under MEMORY.
    """
    scope = dict(names)
    scope.setdefault(MEMORY, {})["steps"] = 0
    try:
        return rule(scope)
    except TooManyStepsError:
        return Unknown("the facts are too large to be judged")
    except RecursionError:
        return Unknown("the facts are nested too deeply to be judged")
