"""Rules: small expressions over facts, with a third truth value for what is not known.

`core/rules.py` reads a rule's text and hands over a tree of plain lists, so that nothing is
parsed on nodes and any Python evaluates alike. `build(tree)` makes a function of it once;
`evaluate` calls that with the names a rule may read. It returns a value or `Unknown`, and raises
nothing, whatever the facts are.
"""

import operator
from math import isnan
from typing import Any, Callable, Dict, List, Optional

Scope = Dict[str, Any]
Evaluator = Callable[[Scope], Any]

# Hostile facts must not keep a node busy; an honest rule takes some thousand steps.
MOST_STEPS = 200000
LARGEST = 1e30
# What the rules of one look share, beside the names; no name in a rule can look so.
MEMORY = "#memory"


class Unknown(object):
    """Neither true nor false. `kind` says what is missing.

    section: a whole section that should be there, named `name`; nothing makes up for it.
    option: a name that is not there everywhere, such as `fleet`.
    fact: a value inside what is there.
    """

    __slots__ = ("kind", "name", "reason")

    def __init__(self, reason: str, kind: str = "fact", name: str = "") -> None:
        self.reason = reason
        self.kind = kind
        self.name = name

    def __repr__(self) -> str:
        return "Unknown(%r, %r, %r)" % (self.reason, self.kind, self.name)


class TooManyStepsError(Exception):
    """The rule goes through more than any machine has."""


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


def build(tree: List[Any]) -> Evaluator:
    """A function of the tree, made once and called often."""
    return BUILDERS[tree[0]](*tree[1:])


def worse(one: Optional[Unknown], other: Unknown) -> Unknown:
    """Of two reasons the graver: a section that is lost, a fact, an option."""
    order = ("section", "fact", "option")
    if one is None or order.index(other.kind) < order.index(one.kind):
        return other
    return one


def missing(value: Any, text: str) -> Optional[Unknown]:
    """Why a value says nothing; None when it does. NaN is no number that anybody measured."""
    if isinstance(value, Unknown):
        return value
    if value is None or (isinstance(value, float) and isnan(value)):
        return Unknown("%s is not known" % text)
    return None


def all_hold(values: Any) -> Any:
    """One False decides, whatever is unknown beside it."""
    unknown = None
    for value in values:
        if value is False:
            return False
        if value is not True:
            unknown = worse(unknown, value)
    return True if unknown is None else unknown


def negate(value: Any) -> Any:
    return value if isinstance(value, Unknown) else not value


def any_holds(values: Any) -> Any:
    return negate(all_hold(negate(value) for value in values))


def _constant(value: Any) -> Evaluator:
    return lambda scope: value


def _name(name: str) -> Evaluator:
    absent = Unknown("the probe did not report %s" % name, "section", name)
    return lambda scope: scope.get(name, absent)


def _get(base: List[Any], key: str, base_text: str) -> Evaluator:
    read, text = build(base), "%s.%s" % (base_text, key)

    def get(scope: Scope) -> Any:
        found = read(scope)
        if isinstance(found, dict):
            return found[key] if key in found else Unknown("%s is missing" % text)
        return missing(found, base_text) or Unknown("%s is missing" % text)

    return get


def _item(base: List[Any], index: List[Any], base_text: str, index_text: str) -> Evaluator:
    read, which = build(base), build(index)

    def item(scope: Scope) -> Any:
        found, at = read(scope), which(scope)
        unknown = missing(found, base_text) or missing(at, index_text)
        if unknown:
            return unknown
        try:
            if isinstance(found, (dict, list)):
                return found[at]
        except (LookupError, TypeError):
            pass
        return Unknown("%s[%s] is missing" % (base_text, index_text))

    return item


def _truth(tree: List[Any], text: str) -> Evaluator:
    """Makes any value a condition: nothing, nought and emptiness are false, as in Python."""
    read = build(tree)

    def judge(scope: Scope) -> Any:
        value = read(scope)
        unknown = missing(value, text)
        return bool(value) if unknown is None else unknown

    return judge


def _and(conditions: List[Any]) -> Evaluator:
    tests = [build(condition) for condition in conditions]
    return lambda scope: all_hold(test(scope) for test in tests)


def _or(conditions: List[Any]) -> Evaluator:
    tests = [build(condition) for condition in conditions]
    return lambda scope: any_holds(test(scope) for test in tests)


def _not(condition: List[Any]) -> Evaluator:
    test = build(condition)
    return lambda scope: negate(test(scope))


def _if(condition: List[Any], then: List[Any], otherwise: List[Any]) -> Evaluator:
    test, one, other = build(condition), build(then), build(otherwise)

    def choose(scope: Scope) -> Any:
        held = test(scope)
        if isinstance(held, Unknown):
            return held
        return one(scope) if held else other(scope)

    return choose


def _pair(sign: str, left: List[Any], right: List[Any], texts: List[str]) -> Evaluator:
    """A comparison or a calculation: both sides must be known."""
    one, other, work = build(left), build(right), SIGNS[sign]

    def combine(scope: Scope) -> Any:
        a, b = one(scope), other(scope)
        unknown = missing(a, texts[0]) or missing(b, texts[1])
        if unknown:
            return unknown
        try:
            return work(a, b)
        except (TypeError, ArithmeticError):
            return Unknown("%s %s %s makes no sense" % (texts[0], sign, texts[1]))

    return combine


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


def _list(trees: List[Any]) -> Evaluator:
    reads = [build(tree) for tree in trees]
    return lambda scope: [read(scope) for read in reads]


def _loop(
    element: List[Any], variable: str, source: List[Any], text: str, condition: List[Any]
) -> Evaluator:
    """The list of a comprehension. Where the condition is unknown, so is the element."""
    make, read, test = build(element), build(source), build(condition)

    def loop(scope: Scope) -> Any:
        values = read(scope)
        if not isinstance(values, (list, dict)):
            return missing(values, text) or Unknown("%s is not a list" % text)
        inner, found = dict(scope), []
        for value in values:
            step(scope, 1)
            inner[variable] = value
            held = test(inner)
            if held is not False:
                found.append(make(inner) if held is True else held)
        return found

    return loop


def step(scope: Scope, steps: int) -> None:
    memory = scope[MEMORY]
    memory["steps"] += steps
    if memory["steps"] > MOST_STEPS:
        raise TooManyStepsError


def _call(name: str, trees: List[Any], texts: List[str]) -> Evaluator:
    from .rule_functions import FUNCTIONS

    work, reads = FUNCTIONS[name].work, [build(tree) for tree in trees]
    takes_unknown = FUNCTIONS[name].takes_unknown

    def call(scope: Scope) -> Any:
        values = [read(scope) for read in reads]
        if not takes_unknown:
            for value, text in zip(values, texts):
                unknown = missing(value, text)
                if unknown:
                    return unknown
        return work(scope, *values)

    return call


SIGNS: Dict[str, Callable[[Any, Any], Any]] = {
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
BUILDERS: Dict[str, Callable[..., Evaluator]] = {
    "constant": _constant,
    "name": _name,
    "get": _get,
    "item": _item,
    "truth": _truth,
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "pair": _pair,
    "list": _list,
    "loop": _loop,
    "call": _call,
}
