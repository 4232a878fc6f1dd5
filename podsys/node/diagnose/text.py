"""Texts with rules in them, and values as people read them."""

from typing import Any, Callable, Dict, List, Union

from ..rules import Unknown, build, evaluate

Template = List[Union[str, Callable[[Dict[str, Any]], Any]]]
LONGEST_TEXT = 200
MOST_PARTS = 9


def build_template(parts: List[Any]) -> Template:
    """Texts, and functions of the rules between them."""
    return [part if isinstance(part, str) else build(part) for part in parts]


def write(template: Template, names: Dict[str, Any]) -> str:
    parts = [p if isinstance(p, str) else as_text(evaluate(p, names)) for p in template]
    return "".join(parts)


def as_text(value: Any) -> str:
    """For people: numbers short, lists with commas, and a question mark for what is not known."""
    if value is None or isinstance(value, (Unknown, dict)):
        return "?"
    if isinstance(value, list):
        return ", ".join(as_text(part) for part in value[:MOST_PARTS])[:LONGEST_TEXT]
    if isinstance(value, float):
        return "%.6g" % value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 1 << 64:
        return "%.6g" % value if abs(value) < 1 << 1000 else "?"
    return str(value)[:LONGEST_TEXT]
