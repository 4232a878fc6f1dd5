"""accept --resume: what the last run measured and did not finish, as far as it still holds."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podsys.commands.context import Context
from podsys.core.carry import Kept, Standing, keep_lines, make_standing, oldest, read_standing
from podsys.effects.check_file import read_lines
from podsys.effects.workspace import write_atomically
from podsys.model.status import Status

STANDING_FILE, LINES_FILE, CARRIED_FILE = "standing.json", "measurements.jsonl", "carried.jsonl"


def note_standing(context: Context, nodes: Sequence[str], folders: Sequence[Path]) -> Standing:
    """What this run's measurements will rest on, written down before the first of them."""
    boots = {node: str(context.facts[node].get("system.boot_id") or "") for node in nodes}
    knowledge = [context.cluster.catalog.sha256, *map(_digest_checks, folders)]
    wanted = {node: context.desired.wanted[node] for node in nodes}
    standing = make_standing(context.cluster.spec, knowledge, boots, wanted)
    text = json.dumps(standing.as_json(), indent=2) + "\n"
    write_atomically(context.run / STANDING_FILE, text)
    return standing


def _digest_checks(folder: Path) -> str:
    """A check that was edited is another check."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        whole.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def find_kept(context: Context, standing: Standing) -> Kept:
    """From the newest run before this one, unless that one left nothing open."""
    earlier = _find_earlier(context.run)
    if earlier is None:
        return Kept(why_not="there is no earlier run")
    before = read_standing(_read_json(earlier / STANDING_FILE))
    if before is None:
        return Kept(earlier.name, why_not="it measured nothing")
    if _is_complete(earlier):
        return Kept(earlier.name, why_not="it left nothing open")
    since = oldest(datetime.now(UTC), context.cluster.spec.accept.resume_hours)
    lines = read_lines(earlier / LINES_FILE)
    kept = keep_lines(earlier.name, lines, before, standing, since)
    if kept.lines:
        _bring_over(earlier, context.run, kept)
    return kept


def _find_earlier(run: Path) -> Path | None:
    """Runs are named by their time; `latest` is a second name of one of them."""
    folders = (one for one in run.parent.iterdir() if one.is_dir() and not one.is_symlink())
    return max((one for one in folders if one.name < run.name), default=None)


def _is_complete(run: Path) -> bool:
    """It wrote its certificate, whatever the verdict, and nothing in it is unknown."""
    certificate = _read_json(run / "certificate.json")
    counts = certificate.get("counts") if isinstance(certificate, dict) else None
    return isinstance(counts, dict) and counts.get(Status.UNKNOWN.value) == 0


def _read_json(file: Path) -> Any:
    with suppress(OSError, ValueError):
        return json.loads(file.read_text(encoding="utf-8"))
    return None


def _bring_over(earlier: Path, run: Path, kept: Kept) -> None:
    """Lines and raw outputs: a certificate's evidence lies in one folder."""
    (run / "raw").mkdir(exist_ok=True)
    for file in (earlier / "raw").glob("*"):
        own = file.name if file.name.startswith("2") else f"{earlier.name}.{file.name}"
        shutil.copyfile(file, run / "raw" / own)
    text = "".join(json.dumps(line) + "\n" for line in kept.lines)
    write_atomically(run / CARRIED_FILE, text)
