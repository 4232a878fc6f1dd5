"""Faults as a site wants them: some not looked for, some with other bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from podsys.core.document import nearest
from podsys.core.faults import CompiledFault
from podsys.errors import PodsysError
from podsys.model.spec import Faults

NEVER = {"applies": ["constant", False], "applies_text": "disabled in cluster.yaml"}


def choose_faults(faults: Iterable[CompiledFault], chosen: Faults) -> tuple[CompiledFault, ...]:
    """A disabled fault stays in the results, as `skip` with that reason."""
    bounds: dict[str, dict[str, Any]] = {}
    for key, value in chosen.override.items():
        id_, _, name = key.partition(".")
        bounds.setdefault(id_, {})[name] = value
    return tuple(_choose(one, one.id in chosen.disable, bounds.get(one.id, {})) for one in faults)


def _choose(fault: CompiledFault, is_disabled: bool, bounds: Mapping[str, Any]) -> CompiledFault:
    known = fault.fault.params
    for name in bounds:
        if name not in known:
            hint = nearest(name, sorted(known)) or f"{fault.id} has no bounds"
            raise PodsysError(f"faults.override: {fault.id} has no bound {name!r}", hint)
    plain = {**fault.plain, "params": {**known, **bounds}}
    return replace(fault, plain=plain | (NEVER if is_disabled else {}))
