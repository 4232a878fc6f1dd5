"""A YAML text with the line of every value, and its faults found all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from podsys.model.problem import Problem

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

# C speed where PyYAML was built with libyaml; the same result without.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """`data` as plain Python; `lines` from a value's path to its line, counted from 1."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a value, or of the nearest thing that contains it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def add(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, self.line_of(path), message, hint))


def read_document(text: str, file: str) -> Document:
    """Parsed once, for lines and data both; faults become problems, not exceptions."""
    document = Document(file, None)
    loader = Loader(text)
    root: yaml.Node | None = None
    try:
        root = loader.get_single_node()
        if root is not None:
            _note_lines(root, (), document)
            document.data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        hint = _yaml_hint(text)
        document.problems.append(Problem(file, line, f"not YAML: {error.problem}", hint))
    except yaml.YAMLError as error:
        hint = "save the file as UTF-8 text"
        document.problems.append(Problem(file, 1, f"not YAML: {error}", hint))
    except RecursionError:
        hint = "an alias (*name) must not stand within what it names"
        document.problems.append(Problem(file, 1, "a value contains itself, or too many", hint))
    except ValueError as error:  # YAML takes it for a date or a number, and it is none
        line = next(_unreadable_lines(root), 1) if root else 1
        hint = "put it into quotation marks, or correct it"
        document.problems.append(Problem(file, line, f"a value cannot be read: {error}", hint))
    finally:
        loader.dispose()
    return document


def check_document(document: Document, model: type[M]) -> M | None:
    """The document as `model`, or None with every fault added to its problems."""
    if document.problems:
        return None
    data = document.data
    if not isinstance(data, dict):
        document.add((), "expected keys and values", "start from the file that podsys init writes")
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            _add_fault(document, model, fault)
        return None


def _note_lines(node: yaml.Node, path: Path, document: Document) -> None:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for position, child in enumerate(node.value):
            _note_lines(child, (*path, position), document)
    elif isinstance(node, yaml.MappingNode):
        _note_mapping(node, path, document)


def _note_mapping(node: yaml.MappingNode, path: Path, document: Document) -> None:
    for key, child in node.value:
        here = (*path, str(key.value))
        if here in document.lines:
            document.problems.append(
                Problem(
                    document.file,
                    key.start_mark.line + 1,
                    f"{_name(here)} is written twice, first in line {document.lines[here]}",
                    "keep one of them",
                )
            )
        document.lines[here] = key.start_mark.line + 1
        _note_lines(child, here, document)


def _unreadable_lines(node: yaml.Node) -> Iterator[int]:
    if isinstance(node, yaml.ScalarNode):
        try:
            yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError:
            yield node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _unreadable_lines(child)
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for part in pair:
                yield from _unreadable_lines(part)


def _add_fault(document: Document, model: type[BaseModel], fault: Mapping[str, Any]) -> None:
    path: Path = tuple(fault["loc"])
    if path and path[-1] == "[key]":
        path = path[:-1]
    kind, name = fault["type"], _name(path)
    if kind == "extra_forbidden":
        known = sorted(_known_keys(model, path[:-1]))
        document.add(path, f"unknown key {name}", nearest(str(path[-1]), known))
    elif kind == "missing":
        document.add(path[:-1], f"missing key {name}", "add it")
    else:
        found = "" if isinstance(fault["input"], dict) else f", found {fault['input']!r}"
        document.add(path, f"{name}: {fault['msg'][:1].lower()}{fault['msg'][1:]}{found}")


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, or what is possible."""
    choices = list(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(choices)}" if choices and len(choices) < 30 else ""


def _known_keys(model: type[BaseModel], path: Path) -> set[str]:
    current: Any = model
    for key in path:
        current = next(iter(_models_below(current, key)), None)
    return set(current.model_fields) if current else set()


def _models_below(model: Any, key: str | int) -> Iterator[type[BaseModel]]:
    """The model that stands under `key`, through dict[str, Model] and Model | None."""
    if model is None:
        return
    if isinstance(model, type) and issubclass(model, BaseModel):
        if key in model.model_fields:
            yield from _models_in(model.model_fields[str(key)].annotation)
    else:
        yield from _models_in(model)


def _models_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif any(list(_models_in(part)) for part in getattr(annotation, "__args__", ())):
        inner = [found for part in annotation.__args__ for found in _models_in(part)]
        is_mapping = getattr(annotation, "__origin__", None) in (dict, Mapping)
        yield _Below(inner[0]) if is_mapping else inner[0]


class _Below:
    """A mapping's values: one more key leads to the model."""

    def __init__(self, model: Any) -> None:
        self.__args__ = (model,)


def _name(path: Path) -> str:
    return ".".join(str(part) for part in path) or "the file"


def _yaml_hint(text: str) -> str:
    return "YAML indents with blanks, not tabs" if "\t" in text else "check indentation and colons"
