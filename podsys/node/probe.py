"""The probe: reads facts and items of this machine, prints them as one JSON document.

By hand: `echo '{"items": []}' | python3 -m podsys.node.probe`.
"""

import gc
import json
import os
import sys
from functools import partial
from typing import Any, Dict, List

from .isolate import Result, Task, run_all
from .kinds import load_kind, read_items
from .machine import Unreadable
from .sections import find_sections, load_section, read_section
from .systemd import expect

PROTOCOL = 1
LIMIT_S = 10.0


def main() -> None:
    gc.disable()  # nothing lives long here, and collecting would copy the memory children share
    request = json.loads(sys.stdin.buffer.read().decode())
    sys.stdout.write(json.dumps(answer(request)) + "\n")
    sys.stdout.flush()
    os._exit(0)  # the kernel frees memory quicker than Python tidies up


def answer(request: Dict[str, Any]) -> Dict[str, Any]:
    """`request`: items to read, sections (null for all), params of sections by their names,
    limit_s for each section and kind."""
    names, params = request.get("sections"), request.get("params", {})
    sections = find_sections() if names is None else names
    kinds = group_by_kind(request.get("items", []))
    prepare(sections, kinds)
    tasks: List[Task] = [
        ("section " + name, partial(read_section, name, params.get(name, {}))) for name in sections
    ]
    tasks += [("kind " + kind, partial(read_items, kind, items)) for kind, items in kinds.items()]
    results = run_all(tasks, float(request.get("limit_s", LIMIT_S)))
    return {
        "podsys_probe": PROTOCOL,
        "sections": {name: as_section(results["section " + name]) for name in sections},
        "readings": {
            id_: reading
            for kind, items in kinds.items()
            for id_, reading in as_readings(results["kind " + kind], items).items()
        },
    }


def prepare(sections: List[str], kinds: Dict[str, List[Dict[str, Any]]]) -> None:
    """Import everything once, not once in each worker, and hear what systemd will be asked."""
    loads = [partial(load_section, name) for name in sections]
    loads += [partial(load_kind, kind) for kind in kinds]
    for load, about in zip(loads, [()] * len(sections) + [(items,) for items in kinds.values()]):
        try:
            asks = getattr(load(), "asks_systemd", None)
            if asks:
                expect(*asks(*about))
        except (Unreadable, ImportError, LookupError):
            continue  # whoever reads it says what is wrong with it


def group_by_kind(items: List[Dict[str, Any]]) -> Dict[str, List[Dict[str, Any]]]:
    kinds: Dict[str, List[Dict[str, Any]]] = {}
    for item in items:
        kinds.setdefault(item["kind"], []).append(item)
    return kinds


def as_section(result: Result) -> Dict[str, Any]:
    if result["ok"]:
        return {"status": "ok", "data": result["value"], "seconds": result["seconds"]}
    return {
        "status": "unknown",
        "data": {},
        "reason": result["reason"],
        "seconds": result["seconds"],
    }


def as_readings(result: Result, items: List[Dict[str, Any]]) -> Dict[str, Any]:
    if result["ok"]:
        return dict(result["value"])
    return {item["id"]: {"error": result["reason"]} for item in items}


if __name__ == "__main__":
    main()
