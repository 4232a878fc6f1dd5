"""Releases: their files read, and what each says checked against itself and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from podsys.core.document import Document, Path, check_document, read_document
from podsys.core.matches import find_mismatches
from podsys.core.release_urls import find_strange_urls
from podsys.model.problem import Problem
from podsys.model.recipe import Recipe
from podsys.model.release import Generation, MatchRule, Release

T = TypeVar("T", Release, Generation, MatchRule, Recipe)
# Words of cluster.yaml in the place of a release's name.
AUTO, NONE = "auto", "none"


@dataclass(frozen=True, slots=True)
class ReleaseBook:
    """All that is known of releases; `digests` are of the files, by release id, `recipes` by the
    component that they build."""

    releases: Mapping[str, Release]
    generations: Mapping[str, Generation]
    rules: tuple[MatchRule, ...]
    digests: Mapping[str, str]
    recipes: Mapping[str, Recipe] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """What cluster.yaml may ask for."""
        known = {name for one in self.releases.values() for name in (one.id, one.name)}
        return sorted({AUTO, NONE, *known})


EMPTY = ReleaseBook({}, {}, (), {})


def parse_releases(
    texts: Mapping[str, str], generations: Sequence[Generation], rules: Sequence[MatchRule]
) -> tuple[list[Release], list[Problem]]:
    """Every release of these files (name -> text), and every fault in them."""
    known = {one.id: one for one in generations}
    found: list[Release] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        document = read_document(text, file)
        release = check_document(document, Release)
        if release:
            _check_release(document, release, known, rules)
            found += [] if document.problems else [release]
        problems += document.problems
    return found, problems


def parse_generations(texts: Mapping[str, str]) -> tuple[list[Generation], list[Problem]]:
    return _parse(texts, Generation)


def parse_rules(texts: Mapping[str, str]) -> tuple[list[MatchRule], list[Problem]]:
    return _parse(texts, MatchRule)


def parse_recipes(texts: Mapping[str, str]) -> tuple[list[Recipe], list[Problem]]:
    return _parse(texts, Recipe)


def stem_of(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yaml")


def _parse(texts: Mapping[str, str], model: type[T]) -> tuple[list[T], list[Problem]]:
    found: list[T] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        document = read_document(text, file)
        entry = check_document(document, model)
        if entry and entry.id != stem_of(file):
            document.add(("id",), f"id {entry.id} is not the file's name", f"id: {stem_of(file)}")
        found += [entry] if entry and not document.problems else []
        problems += document.problems
    return found, problems


def _check_release(
    document: Document,
    release: Release,
    generations: Mapping[str, Generation],
    rules: Sequence[MatchRule],
) -> None:
    expected = f"{release.system.os}-{release.system.version}-{release.name}"
    if not release.id == expected == stem_of(document.file):
        document.add(("id",), f"id {release.id}", f"file and id are system and name: {expected}")
    for path, message, hint in (
        *_check_parts(release),
        *_check_flavours(release, generations),
        *find_strange_urls(release),
    ):
        document.add(path, message, hint)
    for mismatch in find_mismatches(release.components, rules):
        document.add(("components", mismatch.component, "version"), mismatch.text, mismatch.remedy)


def _check_parts(release: Release) -> Iterator[tuple[Path, str, str]]:
    for name, component in release.components.items():
        here: Path = ("components", name)
        if not (component.packages or component.artifacts):
            yield here, f"{name} has neither packages nor artifacts", "name what it is made of"
        if component.packages and component.origin not in release.origins:
            hint = f"one of {', '.join(release.origins)}"
            yield (*here, "origin"), f"no origin {component.origin}", hint
        for other in component.built_against:
            if other not in release.components:
                yield (*here, "built_against"), f"no component {other}", "name it, or take it out"


def _check_flavours(
    release: Release, generations: Mapping[str, Generation]
) -> Iterator[tuple[Path, str, str]]:
    for part, component in release.components.items():
        if component.when.gpu and not release.gpus:
            yield ("components", part, "when"), "the release is for no GPUs", "name its `gpus`"
    for position, name in enumerate(release.generations):
        path: Path = ("generations", position)
        generation = generations.get(name)
        if generation is None:
            yield path, f"no GPU generation {name}", f"one of {', '.join(sorted(generations))}"
        elif generation.vendor != release.gpus:
            yield path, f"{name} is of {generation.vendor}", f"the release is for {release.gpus}"
        else:
            for part, component in release.components.items():
                if reason := refuse_flavour(component.flavour, generation):
                    yield ("components", part, "flavour"), reason, f"take {name} out"


def refuse_flavour(flavour: str | None, generation: Generation) -> str:
    """Why modules of this flavour cannot serve these GPUs; empty when they can."""
    if flavour == "open" and generation.open_modules == "unsupported":
        return f"open kernel modules do not know {generation.id} GPUs"
    if flavour == "proprietary" and generation.open_modules == "required":
        return f"{generation.id} GPUs work with open kernel modules only"
    return ""
