"""What `podsys explain` says of a setting, as labelled texts; the command prints them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from podsys.model.item import Reading
from podsys.model.setting import Setting, When

Line = tuple[str, str]

COMPARISONS = {"equal": "", "at_least": "at least ", "at_most": "at most "}
CONFIDENCE = {
    "code": "read in the source code named",
    "vendor-doc": "documented by the maker",
    "vendor-dump": "seen on a machine, recommended by nobody",
    "third-party": "from somebody else's page or code",
    "memory": "no source found",
}
FACES = {
    "live": "now",
    "persistent": "after the next boot",
    "absent": "does not apply here",
    "error": "could not be read",
    "note": "note",
}


def explain(setting: Setting, reading: Reading | None = None) -> list[Line]:
    """Everything known of a setting, in the order a reader asks."""
    return [
        ("id", setting.id),
        ("what", setting.title),
        ("why", setting.why),
        ("kind", setting.kind),
        ("key", " in ".join(filter(None, (setting.key, setting.params.get("file"))))),
        ("wanted", COMPARISONS[setting.compare] + (setting.value or "present, without a value")),
        *(("found " + label, text) for label, text in _faces(reading)),
        ("applies", "; ".join(_clauses(setting.when)) or "everywhere"),
        ("reboot", "needed to take effect" if setting.reboot else "not needed"),
        ("risk", ": ".join(filter(None, (setting.risk, setting.risk_note)))),
        ("confidence", f"{setting.confidence}, {CONFIDENCE[setting.confidence]}"),
        *(("source", source) for source in setting.source),
        ("remedy", setting.remedy or _remedy(setting)),
    ]


def suggest(id_: str, known: Iterable[str]) -> list[str]:
    """The ids that were most likely meant, best first."""
    ids = sorted(known)
    parts = [part for part in id_.lower().split(".") if part]
    holding = [other for other in ids if parts and all(part in other for part in parts)]
    close = difflib.get_close_matches(id_.lower(), ids, n=5, cutoff=0.6)
    return list(dict.fromkeys([*holding, *close]))[:5]


def _remedy(setting: Setting) -> str:
    if setting.advisory:
        return f"only advice: add {setting.id} to settings.adopt in cluster.yaml to have it set"
    return "podsys deploy"


def _faces(reading: Reading | None) -> Iterator[Line]:
    found = dict(reading or {})
    for face, label in FACES.items():
        if face in found:
            yield label, str(found[face])


def _clauses(when: When) -> Iterator[str]:
    """Each clause of `when` in words."""
    for name in ("profile", "group", "cpu_vendor", "arch", "os", "platform", "network"):
        values = getattr(when, name)
        if values:
            yield f"{name.replace('_', ' ')} {' or '.join(values)}"
    if when.virtual is not None:
        yield "virtual machines only" if when.virtual else "bare metal only"
    if when.has:
        yield f"machines with {' and '.join(when.has)}"
    if when.lacks:
        yield f"machines without {' or '.join(when.lacks)}"
    if when.min_nodes:
        yield f"clusters of {when.min_nodes} nodes and more"
