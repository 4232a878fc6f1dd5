"""What deploy judges before it measures anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from podsys.commands.common import Catalog
from podsys.commands.faults import load_faults
from podsys.core.diagnose import Surroundings, diagnose_nodes
from podsys.core.judge import judge_reachable
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding


def judge_alone(
    facts: Mapping[str, NodeFacts], catalog: Catalog, others: Sequence[Finding] = ()
) -> list[Finding]:
    """What was not made up here (bench/scale/fleet.py) is unknown, and judged all the same."""
    faults = load_faults(setting.id for setting in catalog.settings)
    ceilings = {m: b.ceiling for m, b in catalog.baselines.items() if b.ceiling is not None}
    judged = diagnose_nodes(facts, faults, Surroundings(ceilings, {}), others)
    return [*judge_reachable(facts.values()), *judged]
