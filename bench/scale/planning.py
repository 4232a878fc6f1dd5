"""cluster.yaml and answers of a probe in; a plan, rendered/, a journal and judgement out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.scale.judging import judge_alone
from bench.scale.stages import Clock, report, use_one_core
from podsys.commands.common import Catalog, load_catalog
from podsys.commands.rendering import Rendering, render_cluster
from podsys.core.judge import judge_items, judge_skips
from podsys.core.plan import make_plan
from podsys.core.spec import parse_spec
from podsys.effects.journal import Journal, read_journal
from podsys.effects.probe import read_outcome
from podsys.effects.sharing import Shelf
from podsys.effects.ssh import Outcome
from podsys.effects.tree import write_tree
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.spec import ClusterSpec


def read_cluster(folder: Path, catalog: Catalog) -> ClusterSpec:
    text = (folder / "cluster.yaml").read_text()
    spec, problems = parse_spec(text, settings=catalog.settings)
    assert spec, problems
    return spec


def outcomes(folder: Path) -> Iterator[Outcome]:
    with (folder / "answers.jsonl").open("rb") as answers:
        for line in answers:
            name, _, answer = line.partition(b" ")
            yield Outcome(name.decode(), 0, answer, b"", seconds=0.5)


def select(
    folder: Path, spec: ClusterSpec, catalog: Catalog, facts: dict[str, NodeFacts]
) -> Rendering:
    keys = (folder / "known_hosts").read_text()
    return render_cluster(spec, catalog.settings, catalog.baselines, facts, keys)


def judge(catalog: Catalog, rendering: Rendering, facts: dict[str, NodeFacts]) -> list[Finding]:
    """What certify does before it measures anything."""
    items = judge_items(rendering.wanted, facts, catalog.sources)
    return [
        *judge_alone(facts, catalog, items),
        *judge_skips(rendering.skipped, catalog.sources),
    ]


def main() -> None:
    use_one_core()
    folder = Path(sys.argv[1])
    clock = Clock()
    with clock.stage("catalog"):
        catalog = load_catalog()
    with clock.stage("spec"):
        spec = read_cluster(folder, catalog)
    facts: dict[str, NodeFacts] = {}
    shelf = Shelf()
    for outcome in outcomes(folder):
        with clock.stage("answers"):
            facts[outcome.node] = read_outcome(outcome, shelf)
    with clock.stage("select"):
        rendering = select(folder, spec, catalog, facts)
    with clock.stage("plan"):
        plan = make_plan(rendering.wanted, facts, rendering.role_order)
    with clock.stage("judge"):
        judge(catalog, rendering, facts)
    with clock.stage("render"):
        tree = dict(rendering.tree)
    with clock.stage("write"):
        write_tree(folder / "rendered", tree)
    with clock.stage("journal"):
        journal = Journal(folder)
        steps = [{"role": step.role, "nodes": list(step.nodes)} for step in plan.steps]
        journal.write("started", continues=None, steps=steps)
        for node in dict.fromkeys(node for step in plan.steps for node in step.nodes):
            journal.write("node", node=node, changed=["settings: Apply settings"])
        journal.close()
        read_journal(folder)
    report(clock, changes=len(plan.changes))


if __name__ == "__main__":
    main()
