"""What a worker of the probe does: one section, or all items of one kind, as JSON."""

from typing import Any, Dict, List

from .encode import encode
from .kinds import load_kind, read_items
from .machine import Unreadable
from .sections import load_section, read_section
from .systemd import expect

Items = List[Dict[str, Any]]
Params = Dict[str, Dict[str, Any]]  # of sections, by their names


class Reading:
    """Hears first what systemd will be asked, so that it is asked once for all."""

    def __init__(self, sections: List[str], kinds: Dict[str, Items], params: Params) -> None:
        self._kinds, self._params = kinds, params
        for name in sections:
            _expect(load_section, name)
        for kind, items in kinds.items():
            _expect(load_kind, kind, items)

    def do(self, task: str) -> str:
        what, name = task.split(" ", 1)
        if what == "section":
            return encode(read_section(name, self._params.get(name)))
        return encode(read_items(name, self._kinds[name]))


def _expect(load: Any, name: str, *about: Items) -> None:
    try:
        asks = getattr(load(name), "asks_systemd", None)
        if asks:
            expect(*asks(*about))
    except (Unreadable, ImportError, LookupError):
        return  # whoever reads it says what is wrong with it
