"""Trees of rules made into functions: one builder for each kind of branch."""

from typing import Any, Callable, Dict, List

from .functions import FUNCTIONS
from .operators import OPERATORS
from .scope import Evaluator, Scope, step
from .truth import KNOWN, Unknown, missing, negate, worse


def build(tree: List[Any]) -> Evaluator:
    """A function of the tree, made once and called often."""
    return BUILDERS[tree[0]](*tree[1:])


def _constant(value: Any) -> Evaluator:
    return lambda scope: value


def _name(name: str) -> Evaluator:
    absent = Unknown("the probe did not report %s" % name, "section", name)

    def read(scope: Scope) -> Any:
        try:
            return scope[name]
        except KeyError:
            return absent

    return read


def _get(base: List[Any], key: str, base_text: str) -> Evaluator:
    read, text = build(base), "%s.%s" % (base_text, key)

    def get(scope: Scope) -> Any:
        found = read(scope)
        try:
            return found[key]
        except (LookupError, TypeError):
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
            if isinstance(found, dict):  # in JSON every key is a text
                return found[str(at) if isinstance(at, int) else at]
            if isinstance(found, list):
                return found[at]
        except (LookupError, TypeError):
            pass
        return Unknown("%s[%s] is missing" % (base_text, index_text))

    return item


def _option(tree: List[Any], name: str, text: str) -> Evaluator:
    """A part of something that is not there everywhere: where it is missing, nothing is wrong."""
    read = build(tree)

    def get(scope: Scope) -> Any:
        value = read(scope)
        unknown = missing(value, text)
        if unknown is None or unknown.kind != "fact":
            return value if unknown is None else unknown
        return Unknown(unknown.reason, "option", name)

    return get


def _truth(tree: List[Any], text: str) -> Evaluator:
    """Makes any value a condition: nothing, nought and emptiness are false, as in Python."""
    read = build(tree)

    def judge(scope: Scope) -> Any:
        value = read(scope)
        if value is True or value is False:
            return value
        unknown = missing(value, text)
        return bool(value) if unknown is None else unknown

    return judge


def _and(conditions: List[Any]) -> Evaluator:
    return _decide(conditions, False)


def _or(conditions: List[Any]) -> Evaluator:
    return _decide(conditions, True)


def _decide(conditions: List[Any], by: bool) -> Evaluator:
    """One condition that is `by` decides, whatever is unknown beside it."""
    tests = [build(condition) for condition in conditions]

    def judge(scope: Scope) -> Any:
        unknown = None
        for test in tests:
            value = test(scope)
            if value is by:
                return by
            if isinstance(value, Unknown):
                unknown = worse(unknown, value)
        return (not by) if unknown is None else unknown

    return judge


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
    one, other, work = build(left), build(right), OPERATORS[sign]

    def combine(scope: Scope) -> Any:
        a, b = one(scope), other(scope)
        if type(a) not in KNOWN or type(b) not in KNOWN:
            unknown = missing(a, texts[0]) or missing(b, texts[1])
            if unknown:
                return unknown
        try:
            return work(a, b)
        except (TypeError, ArithmeticError):
            return Unknown("%s %s %s makes no sense" % (texts[0], sign, texts[1]))

    return combine


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


def _call(name: str, trees: List[Any], texts: List[str]) -> Evaluator:
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


BUILDERS: Dict[str, Callable[..., Evaluator]] = {
    "constant": _constant,
    "name": _name,
    "get": _get,
    "item": _item,
    "option": _option,
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
