"""The probe: reads facts and items of this machine, prints them as one JSON document.

By hand: `echo '{"items": []}' | python3 -m podsys.node.probe`.
"""

import gc
import os
import sys
from typing import Any, Callable, Dict, List

from .isolate import run_all
from .worker import Answer

PROTOCOL = 1
LIMIT_S = 10.0
SECTION, KIND = "section ", "kind "
Request = Dict[str, Any]
Kinds = Dict[str, List[Dict[str, Any]]]


def main() -> None:
    import json

    run(json.loads(sys.stdin.buffer.read().decode()))


def run(request: Request) -> None:
    """Print the answer, and end."""
    gc.disable()  # nothing lives long here, and collecting would copy the memory children share
    sys.stdout.write(answer(request) + "\n")
    sys.stdout.flush()
    os._exit(0)  # the kernel frees memory quicker than Python tidies up


def answer(request: Request) -> str:
    """`request`: items to read, sections (null for all), params of sections by their names,
    limit_s for each section and kind.

    The workers' texts are put together as they are: whoever asks reads them, not this machine.
    """
    kinds = group_by_kind(request.get("items", []))
    sections = list_sections(request)
    names = [SECTION + name for name in sections] + [KIND + kind for kind in kinds]
    limit_s = float(request.get("limit_s", LIMIT_S))
    params = request.get("params", {})
    answers = run_all(names, lambda: prepare(sections, kinds, params), limit_s)
    facts = [_member(name, as_section(answers[SECTION + name])) for name in sections]
    readings = [as_readings(answers[KIND + kind], items) for kind, items in kinds.items()]
    return '{"podsys_probe": %d, "sections": {%s}, "readings": {%s}}' % (
        PROTOCOL,
        ", ".join(facts),
        ", ".join(text for text in readings if text),
    )


def list_sections(request: Request) -> List[str]:
    if request.get("sections") is not None:
        return list(request["sections"])
    from .sections import find_sections

    return find_sections()


def group_by_kind(items: List[Dict[str, Any]]) -> Kinds:
    kinds: Kinds = {}
    for item in items:
        kinds.setdefault(item["kind"], []).append(item)
    return kinds


def prepare(sections: List[str], kinds: Kinds, params: Request) -> Callable[[str], str]:
    """Loads what the tasks need, in the worker; gives what does one of them."""
    from .reading import Reading

    return Reading(sections, kinds, params).do


def as_section(answer: Answer) -> str:
    if answer["ok"]:
        return '{"status": "ok", "data": %s, "seconds": %s}' % (answer["text"], answer["seconds"])
    return '{"status": "unknown", "data": {}, "reason": %s, "seconds": %s}' % (
        quote(answer["text"]),
        answer["seconds"],
    )


def as_readings(answer: Answer, items: List[Dict[str, Any]]) -> str:
    """Members of an object."""
    if answer["ok"]:
        return str(answer["text"])[1:-1]
    error = '{"error": %s}' % quote(answer["text"])
    return ", ".join(_member(item["id"], error) for item in items)


def _member(name: str, text: str) -> str:
    return "%s: %s" % (quote(name), text)


def quote(text: str) -> str:
    """As JSON has it; the module json would take its time to load."""
    from _json import encode_basestring_ascii

    return str(encode_basestring_ascii(text))


if __name__ == "__main__":
    main()
