"""What the rules of one node may read."""

from typing import Any, Dict

from ..rules import MEMORY, Unknown

# These are not there everywhere; a check that needs one is then skipped, with this reason. One
# object for each, so that nodes which lack the same share what is judged.
WHY_MISSING = {
    "platform": "the server model is not known",
    "wanted": "nothing is written down that it must be",
    "fleet": "there are too few equal nodes to compare with",
    "rates": "there is no earlier look to compare with",
    "peers": "the other nodes were not asked for",
}


MISSING = {name: Unknown(why, "option", name) for name, why in WHY_MISSING.items()}


def read_names(sections: Dict[str, Any], context: Dict[str, Any]) -> Dict[str, Any]:
    """What rules may read; whatever is missing says why."""
    names: Dict[str, Any] = {MEMORY: {}, "baseline": context.get("baseline", {})}
    names.update(MISSING)
    names.update(context.get("options", {}))
    for name, section in sections.items():
        if section.get("status") == "ok":
            names[name] = section["data"]
        else:
            names[name] = Unknown(section.get("reason") or "no reason given", "section", name)
    since_s = context.get("since_s")
    if since_s is not None and isinstance(names.get("kernel_log"), dict):
        names["kernel_log"] = _forget_old(names["kernel_log"], since_s)
    return names


def _forget_old(log: Dict[str, Any], since_s: float) -> Dict[str, Any]:
    """A line whose age nobody knows still counts."""

    def is_new(line: Any) -> bool:
        age_s = line.get("age_s") if isinstance(line, dict) else None
        return not isinstance(age_s, (int, float)) or age_s <= since_s

    return {
        key: [line for line in value if is_new(line)] if isinstance(value, list) else value
        for key, value in log.items()
    }
