"""What rules may call. Each gets the scope and its arguments, none of them None or Unknown.

Lists may hold Unknown, from a comprehension of which a condition was not known; `known` and
`default` get anything at all.
"""

import re
from collections import namedtuple
from typing import Any, Iterator, List

from .pci import find_device, path_of, same_device
from .scope import Scope, step
from .truth import Unknown, all_hold, any_holds, missing, worse

# `arguments` is the least and the most that it takes.
Function = namedtuple("Function", "work arguments takes_unknown")
# Long enough for a line of any log; a pattern's time grows with it.
LONGEST_TEXT = 4096


def _truths(values: Any) -> Iterator[Any]:
    for value in values:
        unknown = missing(value, "one of the values")
        yield bool(value) if unknown is None else unknown


def _any(scope: Scope, values: Any) -> Any:
    return any_holds(_truths(values)) if isinstance(values, list) else _no_list("any")


def _all(scope: Scope, values: Any) -> Any:
    return all_hold(_truths(values)) if isinstance(values, list) else _no_list("all")


def _count(scope: Scope, values: Any) -> Any:
    """How many are true."""
    if not isinstance(values, list):
        return _no_list("count")
    found = list(_truths(values))
    return _worst(found) or found.count(True)


def _len(scope: Scope, values: Any) -> Any:
    if not isinstance(values, (str, list, dict)):
        return _no_list("len")
    return (_worst(values) if isinstance(values, list) else None) or len(values)


def _sum(scope: Scope, values: Any) -> Any:
    if not isinstance(values, list):
        return _no_list("sum")
    return _gaps(values) or _attempt("sum", sum, values)


def _first(scope: Scope, values: Any) -> Any:
    """None when there is none, so that `known(first(...))` asks whether there is one."""
    if not isinstance(values, list):
        return _no_list("first")
    return values[0] if values else None


def _distinct(scope: Scope, values: Any) -> Any:
    """Each value once, in the order of their first appearance."""
    if not isinstance(values, list):
        return _no_list("distinct")
    found: List[Any] = []
    for value in values:
        step(scope, len(found))
        if value not in found:
            found.append(value)
    return _gaps(values) or found


def _extreme(name: str, choose: Any) -> Any:
    def extreme(scope: Scope, *values: Any) -> Any:
        many = values[0] if len(values) == 1 else list(values)
        if not isinstance(many, list):
            return _no_list(name)
        if not many:
            return Unknown("%s of nothing" % name)
        return _gaps(many) or _attempt(name, choose, many)

    return extreme


def _known(scope: Scope, value: Any) -> Any:
    """A section that is lost stays unknown: that it says nothing is no answer."""
    unknown = missing(value, "")
    return unknown if unknown and unknown.kind == "section" else unknown is None


def _default(scope: Scope, value: Any, otherwise: Any) -> Any:
    unknown = missing(value, "")
    if unknown is None or unknown.kind == "section":
        return value
    return otherwise


def _matches(scope: Scope, pattern: str, text: Any) -> Any:
    if not isinstance(text, str):
        return Unknown("matches needs a text")
    return re.search(pattern, text[:LONGEST_TEXT]) is not None


def _abs(scope: Scope, value: Any) -> Any:
    return abs(value) if isinstance(value, (int, float)) else Unknown("abs needs a number")


def _worst(values: Any) -> Any:
    """The gravest Unknown among them; None when there is none."""
    found = None
    for value in values:
        if isinstance(value, Unknown):
            found = worse(found, value)
    return found


def _gaps(values: Any) -> Any:
    """As `_worst`, and what is None counts too."""
    return _worst(missing(value, "one of the values") for value in values)


def _attempt(name: str, work: Any, values: Any) -> Any:
    try:
        return work(values)
    except (TypeError, ArithmeticError):
        return Unknown("%s of these makes no sense" % name)


def _no_list(name: str) -> Unknown:
    return Unknown("%s needs a list" % name)


FUNCTIONS = {
    "any": Function(_any, (1, 1), False),
    "all": Function(_all, (1, 1), False),
    "count": Function(_count, (1, 1), False),
    "len": Function(_len, (1, 1), False),
    "sum": Function(_sum, (1, 1), False),
    "first": Function(_first, (1, 1), False),
    "distinct": Function(_distinct, (1, 1), False),
    "min": Function(_extreme("min", min), (1, 9), False),
    "max": Function(_extreme("max", max), (1, 9), False),
    "abs": Function(_abs, (1, 1), False),
    "known": Function(_known, (1, 1), True),
    "default": Function(_default, (2, 2), True),
    "matches": Function(_matches, (2, 2), False),
    "same_device": Function(same_device, (2, 2), False),
    "device": Function(find_device, (1, 1), False),
    "path_of": Function(path_of, (1, 1), False),
}
