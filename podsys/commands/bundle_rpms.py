"""What dnf's packages need beside their download: their signatures looked at, and an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from podsys.commands.bundle_gather import Contents
from podsys.effects.download import Fetcher
from podsys.effects.rpms import NOT_SIGNED, find_unsigned, make_index
from podsys.model.bundle import Download, Fetched

Outcome = tuple[Download, Fetched]


def check_signatures(
    contents: Contents, fetcher: Fetcher, outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """dnf would do it on the node; there the bundle's own signature counts."""
    bad: set[Path] = set()
    for system, keys in contents.keys.items():
        came = [w for w, done in outcomes if w.system == system and done.status != "failed"]
        texts = [*sorted(keys), *(_read(fetcher, w) for w in came if w.kind == "key")]
        bad |= find_unsigned([fetcher.find(w) for w in came if w.rpm_signed], texts)
    return [
        (w, replace(done, status="failed", reason=NOT_SIGNED))
        if w.rpm_signed and fetcher.find(w) in bad
        else (w, done)
        for w, done in outcomes
    ]


def _read(fetcher: Fetcher, wanted: Download) -> str:
    return fetcher.find(wanted).read_text(errors="replace")


def make_indexes(fetcher: Fetcher, wanted: Sequence[Download]) -> Iterator[tuple[str, str, bytes]]:
    """System, path and content, for each system that has rpms."""
    rpms = [one for one in wanted if one.kind == "package" and one.path.endswith(".rpm")]
    for system in dict.fromkeys(one.system for one in rpms):
        files = {
            one.path.rpartition("/")[2]: fetcher.find(one) for one in rpms if one.system == system
        }
        for path, content in make_index(files, fetcher.folder).items():
            yield system, f"pool/{system}/{path}", content
