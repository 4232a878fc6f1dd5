"""Trouble that the kernel wrote to its log since boot, or in the last `since_s` seconds."""

from typing import Any, Dict, List, Optional

from ..kernel_log import Found, Log, find, find_subject, oldest_s, read_log
from ..kernel_patterns import EVENTS, XIDS, Pattern
from ..sysfs import read_uptime

# Of one kind, the latest: some faults write a line each second.
MOST = 100


def read(since_s: Optional[float] = None) -> Dict[str, Any]:
    """Ages in seconds. Entries of one list are in the order they were written."""
    now, log = read_uptime(), read_log()
    oldest = oldest_s(log)
    since = 0.0 if since_s is None else max(0.0, now - float(since_s))
    facts: Dict[str, Any] = {
        "boot_s": round(now, 1),
        "oldest_s": None if oldest is None or oldest > now else round(now - oldest, 1),
        "events": [],
    }
    for pattern in XIDS:
        facts[pattern.kind] = [_as_xid(f, now) for f in _latest(log, pattern, since, now)]
    for pattern in EVENTS:
        found = _latest(log, pattern, since, now)
        facts["events"] += [_as_event(pattern, f, now) for f in found]
    facts["events"].sort(key=lambda event: -event["age_s"])
    return facts


def _latest(log: Log, pattern: Pattern, since: float, now: float) -> List[Found]:
    """Nothing can have been written later than now."""
    return [found for found in find(log, pattern) if since <= found.at_s <= now + 1][-MOST:]


def _as_xid(found: Found, now: float) -> Dict[str, Any]:
    about = {"xid": int(found.groups[1]), "bdf": find_subject(found)}
    return dict(about, **_evidence(found, now))


def _as_event(pattern: Pattern, found: Found, now: float) -> Dict[str, Any]:
    about = {"kind": pattern.kind, "subject": find_subject(found)}
    return dict(about, **_evidence(found, now))


def _evidence(found: Found, now: float) -> Dict[str, Any]:
    return {"age_s": round(max(0.0, now - found.at_s), 1), "text": found.text}
