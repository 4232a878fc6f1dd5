"""Writes what a fleet would send, in a process of its own: its memory counts for nobody."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.scale.fleet import (
    make_sections,
    name_nodes,
    write_answers,
    write_cluster,
    write_known_hosts,
)
from podsys.commands.common import load_catalog
from podsys.commands.rendering import render_cluster
from podsys.core.spec import parse_spec
from podsys.effects.sharing import Shelf
from podsys.model.facts import NodeFacts, Section


def prepare(folder: Path, size: int, scenario: str) -> None:
    text, keys = write_cluster(size), write_known_hosts(size)
    (folder / "cluster.yaml").write_text(text)
    (folder / "known_hosts").write_text(keys)
    spec, problems = parse_spec(text)
    assert spec, problems
    catalog, facts = load_catalog(), known_facts(size)
    rendering = render_cluster(spec, catalog.settings, catalog.baselines, facts, keys)
    answers = write_answers(rendering.wanted, scenario)
    with (folder / "answers.jsonl").open("wb") as file:
        for node, answer in zip(rendering.wanted, answers, strict=True):
            file.write(node.encode() + b" " + answer + b"\n")


def known_facts(size: int) -> dict[str, NodeFacts]:
    shelf = Shelf()
    return {
        name: NodeFacts(
            name,
            sections={
                key: Section("ok", shelf.share(key, data))
                for key, data in make_sections(number, name).items()
            },
        )
        for number, name in enumerate(name_nodes(size))
    }


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
