"""Values with names. The one in `collections` takes longer to load than a node has for it."""

from typing import Any, Iterator, Tuple


class Record:
    """A subclass names its values in __slots__, in the order in which they are given."""

    __slots__: Tuple[str, ...] = ()
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *values: Any) -> None:
        if len(values) != len(self.__slots__):
            raise TypeError("%d values, not %d" % (len(self.__slots__), len(values)))
        for name, value in zip(self.__slots__, values):
            setattr(self, name, value)

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and list(self) == list(other)

    def __repr__(self) -> str:
        return "%s%r" % (type(self).__name__, tuple(self))
