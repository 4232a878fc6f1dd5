"""podsys explain: why a setting is as it is, what a fault means, what a check looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from podsys.commands.common import load_catalog
from podsys.commands.faults import load_faults
from podsys.core import explain as core
from podsys.core.check_docs import CheckDoc, read_check_docs
from podsys.core.explain_fault import OWN_CHECKS, explain_check, explain_fault, explain_own_check
from podsys.effects.content import read_check_texts
from podsys.effects.program import list_sections
from podsys.errors import ExitCode, PodsysError
from podsys.model.fault import Fault
from podsys.model.setting import Setting
from podsys.view.console import out, print_json
from podsys.view.layout import align

SECTION = "node."


def explain(id_: str | None, as_json: bool) -> ExitCode:
    """One setting, fault or check, or a list of all settings and faults."""
    settings = {setting.id: setting for setting in load_catalog().settings}
    faults = {fault.id: fault.fault for fault in load_faults(settings)}
    if id_ is None:
        _list(settings.values(), faults.values(), as_json)
        return ExitCode.GOOD
    checks = {doc.id: doc for doc in read_check_docs(read_check_texts())}
    found = _explain(id_, settings, faults, checks)
    if found is None:
        near = core.suggest(id_, [*settings, *faults, *checks, *OWN_CHECKS])
        hint = f"did you mean {', '.join(near)}?" if near else "podsys explain lists all of them"
        raise PodsysError(f"no setting, fault or check {id_}", hint)
    _print(found, as_json)
    return ExitCode.GOOD


def _explain(
    id_: str,
    settings: Mapping[str, Setting],
    faults: Mapping[str, Fault],
    checks: Mapping[str, CheckDoc],
) -> list[core.Line] | None:
    if id_ in settings:
        return [*core.explain(settings[id_]), *_how(settings[id_])]
    if id_ in faults:
        return explain_fault(faults[id_])
    if id_ in checks:
        return explain_check(checks[id_])
    return explain_own_check(id_, _doc_of_section(id_))


def _how(setting: Setting) -> list[core.Line]:
    """How a kind is read and set stands once, in the module that does it."""
    return [("how", _doc(f"podsys.node.kinds.{setting.kind}"))]


def _doc_of_section(id_: str) -> str | None:
    name = id_.removeprefix(SECTION)
    if id_ == name or name not in list_sections():
        return None
    return _doc(f"podsys.node.sections.{name}")


def _doc(module: str) -> str:
    return " ".join((import_module(module).__doc__ or "").split())


def _print(lines: list[core.Line], as_json: bool) -> None:
    if as_json:
        document: dict[str, list[str]] = {}
        for label, text in lines:
            document.setdefault(label, []).append(text)
        print_json({key: texts[0] if len(texts) == 1 else texts for key, texts in document.items()})
        return
    from rich.table import Table  # rich is not needed for --json

    grid = Table.grid(padding=(0, 2))
    for label, text in lines:
        grid.add_row(label, text)
    out().print(grid)


def _list(settings: Iterable[Setting], faults: Iterable[Fault], as_json: bool) -> None:
    rows = [(s.id, s.kind, s.value, "advisory" if s.advisory else "", s.title) for s in settings]
    rows += [(f.id, "fault", f.status, "blocks" if f.blocks else "", f.title) for f in faults]
    if as_json:
        keys = ("id", "kind", "value", "advisory", "title")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    for line in align(rows):
        out().print(line, soft_wrap=True)
