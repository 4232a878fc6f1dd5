"""The catalog: texts of its YAML files in, settings and baselines or all their problems out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from pydantic import BaseModel

from podsys.core.document import Document, check_document, read_document
from podsys.model.baseline import Baseline
from podsys.model.peak import Peak
from podsys.model.problem import Problem
from podsys.model.setting import Setting, When

Entry = TypeVar("Entry", bound=BaseModel)
Parsed = tuple[list[Entry], list[Problem]]

# Clauses of `when` of which a node has exactly one value. `group` is not among them: a node
# may be in several groups at once.
SINGLE_VALUED = ("profile", "cpu_vendor", "arch", "os", "platform", "network")
ENDLESS = ("unlimited", "infinity")
# A floor this far below, or at all above, what the data sheet says is a slip of digits or units.
LEAST_OF_SPEC = 0.2


def parse_settings(texts: Mapping[str, str]) -> Parsed[Setting]:
    """Every setting of these files (name -> text), and every fault in them."""
    return _parse_files(texts, Setting, ("id",), _check_setting)


def parse_baselines(texts: Mapping[str, str]) -> Parsed[Baseline]:
    """Every baseline of these files (name -> text), and every fault in them."""
    keys = ("metric", "platform", "transport", "when", "source")
    return _parse_files(texts, Baseline, keys, _check_baseline)


def parse_peaks(texts: Mapping[str, str]) -> Parsed[Peak]:
    """What each GPU can compute, and every fault in these files (name -> text)."""
    return _parse_files(texts, Peak, ("gpu",), lambda _: iter(()))


def find_conflicts(settings: Sequence[Setting]) -> list[tuple[Setting, Setting]]:
    """Pairs that set the same thing on a node to which both could apply."""
    by_target: dict[tuple[str, str, str], list[Setting]] = {}
    for setting in settings:
        target = (setting.kind, setting.key, setting.params.get("file", ""))
        by_target.setdefault(target, []).append(setting)
    return [
        pair
        for rivals in by_target.values()
        for pair in combinations(rivals, 2)
        if can_both_hold(pair[0].when, pair[1].when)
    ]


def can_both_hold(one: When, other: When) -> bool:
    """False only when some clause keeps every node out of one of the two."""
    for name in SINGLE_VALUED:
        wanted = set(getattr(one, name)), set(getattr(other, name))
        if all(wanted) and not wanted[0] & wanted[1]:
            return False
    if None not in (one.virtual, other.virtual) and one.virtual != other.virtual:
        return False
    return not (set(one.has) & set(other.lacks) or set(other.has) & set(one.lacks))


def _parse_files(
    texts: Mapping[str, str],
    model: type[Entry],
    keys: Sequence[str],
    check: Callable[[Entry], Iterator[tuple[str, str, str]]],
) -> Parsed[Entry]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for file, text in sorted(texts.items()):
        document = read_document(text, file)
        for part in _split(document):
            entry = _check_entry(part, model, keys, check, seen)
            entries += [entry] if entry else []
            document.problems += part.problems
        problems += document.problems
    return entries, problems


def _split(document: Document) -> Iterator[Document]:
    """One document for each entry of the list that a catalog file holds."""
    if document.problems:
        return
    if not isinstance(document.data, list):
        document.add((), "expected a list of entries", "start every entry with '- '")
        return
    for position, data in enumerate(document.data):
        lines = {
            path[1:]: line for path, line in document.lines.items() if path and path[0] == position
        }
        yield Document(document.file, data, lines)


def _check_entry(
    part: Document,
    model: type[Entry],
    keys: Sequence[str],
    check: Callable[[Entry], Iterator[tuple[str, str, str]]],
    seen: dict[str, str],
) -> Entry | None:
    if not isinstance(part.data, dict):
        part.add((), f"expected keys and values, found {part.data!r}", f"start with {keys[0]}:")
        return None
    entry = check_document(part, model)
    for name, message, hint in check(entry) if entry else ():
        part.add((name,), message, hint)
    _check_twice(part, keys, seen)
    return None if part.problems else entry


def _check_twice(part: Document, keys: Sequence[str], seen: dict[str, str]) -> None:
    """`keys` together name an entry; the first of them alone where nothing else is written."""
    key = keys[0]
    if key not in part.data:
        return
    name = " ".join(str(part.data[one]) for one in keys if one in _naming(part, keys))
    here = f"{part.file}:{part.line_of((key,))}"
    if name in seen:
        part.add((key,), f"{name} is written twice, first in {seen[name]}", "keep one of them")
    seen.setdefault(name, here)


def _naming(part: Document, keys: Sequence[str]) -> Sequence[str]:
    """A baseline of every platform is named by its metric; one of a platform by all its keys."""
    return [key for key in keys if key in part.data] if "platform" in part.data else keys[:1]


def _check_setting(setting: Setting) -> Iterator[tuple[str, str, str]]:
    if setting.compare != "equal" and not (is_number(setting.value) or setting.value in ENDLESS):
        yield (
            "value",
            f"{setting.compare} cannot compare {setting.value!r}",
            "write a number, or compare: equal",
        )


def _check_baseline(baseline: Baseline) -> Iterator[tuple[str, str, str]]:
    bounds = (
        baseline.floor_of_line_rate,
        baseline.floor_of_median,
        baseline.ceiling,
        baseline.ceiling_of_median,
        baseline.floor,
        baseline.max_wrong,
    )
    if all(bound is None for bound in bounds):
        yield "metric", f"{baseline.metric} bounds nothing", "give it a floor_… or a ceiling"
    if baseline.floor is not None and baseline.spec is not None:
        share = baseline.floor / baseline.spec
        if not LEAST_OF_SPEC <= share <= 1:
            message = f"the floor is {share:.0%} of the data sheet's {baseline.spec:g}"
            yield "floor", message, "look for a slip of digits or units"


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
