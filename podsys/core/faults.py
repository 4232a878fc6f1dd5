"""Fault files: texts in, faults with their rules compiled or all their problems out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from podsys.core.document import Document, check_document, nearest, read_document
from podsys.core.fact_paths import find_paths
from podsys.core.rules import Rule, RuleError, Tree, parse_condition, parse_value
from podsys.model.fault import Fault
from podsys.model.problem import Problem
from podsys.node.diagnose import WHY_MISSING

ALWAYS = ("params", "baseline")
FIELD = re.compile(r"\{([^{}]*)\}")
# What roles manage (core/role_items.py): role, kind, key.
ROLE_ITEM = re.compile(
    r"[a-z_]+\.(?:file|file_block|package|package_database|service|service_config)\..+"
)
TEMPLATES = ("evidence", "expected")


@dataclass(frozen=True, slots=True)
class CompiledFault:
    """`plain` is what podsys_node.diagnose takes: values, trees of rules, nothing else."""

    fault: Fault
    plain: Mapping[str, Any]
    names: frozenset[str]

    @property
    def id(self) -> str:
        return self.fault.id


Parsed = tuple[list[CompiledFault], list[Problem]]


def parse_faults(
    texts: Mapping[str, str], sections: Iterable[str], settings: Collection[str] | None = None
) -> Parsed:
    """Every fault of these files (name -> text), and every problem in them.

    `sections` are those that a probe can bring; `explains` may name ids of `settings`, which
    are not looked at when they are not given.
    """
    faults: list[tuple[CompiledFault, Document]] = []
    problems: list[Problem] = []
    names = frozenset({*sections, *WHY_MISSING, *ALWAYS})
    for file, text in sorted(texts.items()):
        document = read_document(text, file)
        fault = _read_fault(document, names)
        if fault is not None:
            faults.append((fault, document))
        else:
            problems += document.problems
    known = {*map(_stem, texts), *(f"node.{name}" for name in names)}
    _check_explains(faults, known, settings)
    problems += [problem for _, document in faults for problem in document.problems]
    return [fault for fault, document in faults if not document.problems], problems


def _read_fault(document: Document, names: frozenset[str]) -> CompiledFault | None:
    fault = check_document(document, Fault)
    if fault is None:
        return None
    for key, message, hint in _check(document, fault):
        document.add((key,), message, hint)
    compiled = _compile(document, fault, names)
    return None if document.problems else compiled


def _stem(file: str) -> str:
    return file.rsplit("/", 1)[-1].removesuffix(".yaml")


def _check(document: Document, fault: Fault) -> Iterator[tuple[str, str, str]]:
    stem = _stem(document.file)
    if stem != fault.id:
        yield "id", f"{fault.id} stands in {stem}.yaml", f"name the file {fault.id}.yaml"
    if fault.applies and not fault.applies_text:
        yield "applies", "missing key applies_text", "say in words where it applies"
    if bool(fault.lab.none) == fault.lab.makes_something:
        hint = "give state, log or run, or none: why the lab cannot make it"
        yield "lab", "does not say how the lab makes the fault", hint


def _compile(document: Document, fault: Fault, names: frozenset[str]) -> CompiledFault:
    """With a problem for each rule that cannot be read."""
    rules = _Rules(document, names)
    each = rules.value("each", fault.each)
    if fault.each:
        rules.names = names | {"it"}
    plain = fault.model_dump(mode="json", exclude={"lab", "symptom"})
    plain |= {
        "each": each,
        "applies": rules.condition("applies", fault.applies, names),
        "when": rules.condition("when", fault.when),
        "value": rules.value("value", fault.value),
        **{key: rules.template(key, getattr(fault, key)) for key in TEMPLATES},
    }
    _check_bounds(document, fault, plain)
    used = rules.used - {"it"} | ({"system"} if fault.boot_grace_s else set())
    return CompiledFault(fault, plain | {"reads": sorted(used)}, frozenset(used))


def _check_bounds(document: Document, fault: Fault, plain: Mapping[str, Any]) -> None:
    """A bound that a rule reads and nobody gives would leave the fault unknown for ever."""
    named = {path[0] for path in find_paths(list(plain.values()), "params")}
    for name in sorted(named - set(fault.params)):
        document.add(("params",), f"no bound {name} in params", nearest(name, fault.params))


class _Rules:
    """Reads the rules of one file and notes what is wrong with them."""

    def __init__(self, document: Document, names: frozenset[str]) -> None:
        self.names = names
        self.used: set[str] = set()
        self._document = document

    def condition(self, key: str, text: str, names: frozenset[str] | None = None) -> Tree | None:
        return self._read(key, text, lambda: parse_condition(text, names or self.names))

    def value(self, key: str, text: str) -> Tree | None:
        return self._read(key, text, lambda: parse_value(text, self.names))

    def template(self, key: str, text: str) -> list[Any]:
        """`GPU {it.index} is lost` as texts and trees in turn."""
        parts: list[Any] = list(FIELD.split(text))
        if "{" in "".join(parts[::2]) or "}" in "".join(parts[::2]):
            self._document.add((key,), f"{key}: a brace without its other half", "write {rule}")
        return [
            self.value(key, part) if position % 2 else part for position, part in enumerate(parts)
        ]

    def _read(self, key: str, text: str, parse: Any) -> Tree | None:
        if not text:
            return None
        try:
            rule: Rule = parse()
        except RuleError as error:
            self._document.add((key,), f"{key}, {error}", error.hint)
            return None
        self.used |= rule.names
        return rule.tree


def _check_explains(
    faults: list[tuple[CompiledFault, Document]], ids: set[str], settings: Collection[str] | None
) -> None:
    """An id that does not exist folds nothing, and nobody would notice.

    `node.gpu` is the section that could not be read.
    """
    for fault, document in faults:
        for position, id_ in enumerate(fault.fault.explains):
            is_setting = "." in id_ or "_" in id_
            if id_ in ids or (is_setting and (settings is None or id_ in settings)):
                continue
            if ROLE_ITEM.fullmatch(id_):
                continue
            hint = nearest(id_, sorted(ids | set(settings or ())))
            document.add(("explains", position), f"no fault or setting {id_}", hint)
