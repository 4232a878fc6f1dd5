"""Which tool wrote an output, and what it says."""

from __future__ import annotations

from podsys.core.judge.figures import Handed
from podsys.core.parsers import Unreadable, find_tools, read_output


def read_handed(name: str, text: str, tool: str | None = None) -> Handed:
    """`tool` settles what the output alone does not; nobody is believed without a proof."""
    tools = find_tools()
    if not text.strip():
        return Handed(name, None, "it is empty: the tool printed nothing")
    found = [tool] if tool else [one for one, parser in tools.items() if parser.recognises(text)]
    if not found:
        return Handed(name, None, f"no tool recognised; known: {', '.join(sorted(tools))}")
    if len(found) > 1:
        both = " and ".join(sorted(found))
        return Handed(name, None, f"outputs of {both} in one: split it, or name one with --tool")
    try:
        return Handed(name, read_output(tools[found[0]], text))
    except Unreadable as error:
        return Handed(name, None, f"{found[0]}: {error.reason}")
