"""A program of podsys's own that measures a node: sent as text, run by the node's python3.

It stands behind the standard tool of a NodeTool, for nodes that lack it. Its words are given to
it, and then the folders of `accept.tools`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace

from podsys.core.launchers.mpirun import wrap_program
from podsys.core.launchers.node_tool import NodeTool, Way
from podsys.core.launchers.ranks import with_arguments
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept


def with_modules(program: str, modules: Mapping[str, str]) -> str:
    """What is sent as text imports only what is sent with it; each module those before it."""
    return (
        "import sys, types\n"
        f"for name, text in {list(modules.items())!r}:\n"
        "    sys.modules[name] = types.ModuleType(name)\n"
        "    exec(text, sys.modules[name].__dict__)\n"
        f"{program}"
    )


def or_else(tool: NodeTool, way: Way) -> NodeTool:
    """The same tool, with one more way where those before are missing."""
    return replace(tool, ways=(*tool.ways, way))


def python_way(
    program: str, *words: str, find_reason: Callable[[NodeFacts], str] = lambda _: ""
) -> Way:
    def start(_facts: NodeFacts, accept: Accept) -> str:
        sent = with_arguments(program, *words, *accept.tools)
        return f"$tool -c {shlex.quote(wrap_program(sent))}"

    return Way(("python3",), start, find_reason)
