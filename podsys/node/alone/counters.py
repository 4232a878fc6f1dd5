"""Counters of the last look at this node, for rates. They live until the next boot."""

import json
import os
import time
from typing import Any, Dict, List, Optional

from .. import machine
from ..diagnose.fact_paths import Path, pick
from ..diagnose.rates import find_rates

PLACE = "/run/podsys/counters.json"


def find_own_rates(sections: Dict[str, Any], paths: List[Path]) -> Optional[Dict[str, Any]]:
    """None at the first look, or when nothing could be kept."""
    if not paths:
        return None
    now: Dict[str, Any] = {"time": time.time(), "counters": pick(_data(sections), paths)}
    before = _load()
    _save(now)
    seconds = now["time"] - before.get("time", now["time"])
    if seconds <= 0:
        return None
    return find_rates(before.get("counters"), now["counters"], seconds)


def _data(sections: Dict[str, Any]) -> Dict[str, Any]:
    return {n: part["data"] for n, part in sections.items() if part.get("status") == "ok"}


def _load() -> Dict[str, Any]:
    try:
        kept = json.loads(machine.read_text(PLACE) or "{}")
    except (machine.Unreadable, ValueError):
        return {}
    is_whole = isinstance(kept, dict) and isinstance(kept.get("time"), (int, float))
    return kept if is_whole else {}


def _save(kept: Dict[str, Any]) -> None:
    """Whoever is not root looks without keeping anything."""
    try:
        os.makedirs(os.path.dirname(machine.at(PLACE)), 0o755, exist_ok=True)
        machine.write_text(PLACE, json.dumps(kept), 0o600)
    except OSError:
        pass
