"""The third truth value: what is not known is neither true nor false."""

from math import isnan
from typing import Any, Optional

# Types of values of which each says something; the check for the others costs more.
KNOWN = frozenset([bool, int, str, list, dict])


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
