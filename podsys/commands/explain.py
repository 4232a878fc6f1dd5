"""podsys explain: why a setting is as it is."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from podsys.commands.common import load_catalog
from podsys.core import explain as core
from podsys.errors import ExitCode, PodsysError
from podsys.model.setting import Setting
from podsys.view.console import out, print_json
from podsys.view.layout import align


def explain(id_: str | None, as_json: bool) -> ExitCode:
    """One setting, or a list of all of them."""
    settings = {setting.id: setting for setting in load_catalog().settings}
    if id_ is None:
        _list(settings.values(), as_json)
    elif id_ in settings:
        _print([*core.explain(settings[id_]), *_how(settings[id_])], as_json)
    else:
        near = core.suggest(id_, settings)
        hint = f"did you mean {', '.join(near)}?" if near else "podsys explain lists all of them"
        raise PodsysError(f"no setting {id_}", hint)
    return ExitCode.GOOD


def _how(setting: Setting) -> list[core.Line]:
    """How a kind is read and set stands once, in the module that does it."""
    text = import_module(f"podsys.node.kinds.{setting.kind}").__doc__ or ""
    return [("how", " ".join(text.split()))]


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


def _list(settings: Iterable[Setting], as_json: bool) -> None:
    rows = [(s.id, s.kind, s.value, "advisory" if s.advisory else "", s.title) for s in settings]
    if as_json:
        keys = ("id", "kind", "value", "advisory", "title")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    for line in align(rows):
        out().print(line, soft_wrap=True)
