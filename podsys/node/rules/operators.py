"""Comparing and calculating, with both sides known; TypeError where it makes no sense."""

import operator
from typing import Any, Callable, Dict

from .truth import Unknown, missing, negate

# Numbers of this size are quick to work with, and no machine has more of anything.
LARGEST = 1e30


def _is_in(one: Any, many: Any) -> Any:
    if one in many:
        return True
    has_gaps = isinstance(many, list) and any(missing(value, "") for value in many)
    return Unknown("some of the values are not known") if has_gaps else False


def _calculate(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """With numbers only, and of a size that is quick to work with."""

    def calculate(one: Any, other: Any) -> Any:
        for number in (one, other):
            if not isinstance(number, (int, float)) or not -LARGEST < number < LARGEST:
                raise TypeError
        return work(one, other)

    return calculate


OPERATORS: Dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": _is_in,
    "not in": lambda one, many: negate(_is_in(one, many)),
    "+": _calculate(operator.add),
    "-": _calculate(operator.sub),
    "*": _calculate(operator.mul),
    "/": _calculate(operator.truediv),
    "//": _calculate(operator.floordiv),
    "%": _calculate(operator.mod),
}
