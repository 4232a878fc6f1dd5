"""Settings of this node: does each read as it is wanted?"""

from typing import Any, Dict, List

from ..compare import differs
from ..diagnose.describe import Finding


def judge_items(items: List[Dict[str, Any]], readings: Dict[str, Any]) -> List[Finding]:
    """As core/judge/items.py does for all nodes."""
    return [_judge(item, readings.get(item["id"])) for item in items]


def _judge(item: Dict[str, Any], reading: Any) -> Finding:
    status, evidence = _decide(item, reading)
    found = reading or {}
    return {
        "check": item["id"],
        "status": status,
        "evidence": evidence,
        "value": found.get("live", found.get("persistent")),
        "unit": "",
        "expected": item["value"],
        "cause": "",
        "remedy": "podsys deploy" if status == "fail" else "",
        "repairs": "podsys" if status == "fail" else "",
        "blocks": False,
        "order": 50,
        "source": "",
        "folded_under": "",
    }


def _decide(item: Dict[str, Any], reading: Any) -> Any:
    """Status and evidence."""
    if reading is None:
        return "unknown", "the probe did not report it"
    if reading.get("error"):
        return "unknown", reading["error"]
    if reading.get("absent"):
        return "skip", reading["absent"]
    try:
        faces = differs(item["value"], item["compare"], dict(reading))
    except ValueError as error:
        return "unknown", "the reading cannot be compared: %s" % error
    return ("fail", "%s differs" % " and ".join(faces)) if faces else ("pass", "")
