"""Node names folded and unfolded, as ClusterShell writes them: n[001-032]."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from podsys.errors import PodsysError

# ClusterShell reads @ ! & ^ and brackets as operators; a name that holds one is not folded.
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def fold(names: Iterable[str]) -> str:
    return _fold(tuple(names))


@lru_cache(maxsize=128)
def _fold(names: tuple[str, ...]) -> str:
    """Folding ten thousand names takes most of a second, and most lines name the same nodes."""
    if len(names) < 2 or not all(PLAIN_NAME.fullmatch(name) for name in names):
        return ",".join(sorted(set(names)))
    from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet

    return str(NodeSet.fromlist(names, resolver=RESOLVER_NOGROUP))


def expand(text: str) -> list[str]:
    """`n[1-2],login` -> [n1, n2, login]; a syntax error names the text."""
    from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException

    try:
        return [str(name) for name in NodeSet(text, resolver=RESOLVER_NOGROUP)]
    except NodeSetException as error:
        raise PodsysError(
            f"cannot read the host range {text!r}: {error}", "write it like n[001-032] or n1,n2"
        ) from error
