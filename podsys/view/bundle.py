"""What podsys bundle tells: the estimate, what became of each item, and the end of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from podsys.model.bundle import Download, Fetched, LeftOut, Manifest
from podsys.view.console import clean, out, print_json
from podsys.view.numbers import count, format_bytes, format_seconds
from podsys.view.progress import Progress

size = format_bytes
# Of those that failed for the same reason; --json has all.
NAMED = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """All in bytes; `rate` in bytes per second, 0 where it was not worth measuring."""

    systems: tuple[str, ...]
    files: int
    whole: int
    here: int
    needed: int
    free: int
    rate: float

    @property
    def seconds(self) -> float | None:
        return (self.whole - self.here) / self.rate if self.rate else None


Outcomes = Sequence[tuple[Download, Fetched]]


def tell_estimate(estimate: Estimate, watch: Progress) -> None:
    """Before anything is fetched."""
    systems = ", ".join(sorted(estimate.systems))
    here = f", {size(estimate.here)} of it here already" if estimate.here else ""
    watch.say(f"{count(estimate.files, 'file')} for {systems}: {size(estimate.whole)}{here}")
    seconds, rate = estimate.seconds, f"{size(estimate.rate)}/s"
    about = "" if seconds is None else f"; about {format_seconds(seconds)} at {rate}"
    watch.say(f"takes {size(estimate.needed)} of disk, {size(estimate.free)} are free{about}")


def show_result(
    file: Path,
    estimate: Estimate,
    outcomes: Outcomes,
    left_out: Sequence[LeftOut],
    seconds: float,
    *,
    as_json: bool,
) -> None:
    failed = [one for one in outcomes if one[1].status == "failed"]
    broken = [one for one in failed if one[0].required]
    if as_json:
        _print_json(file, estimate, outcomes, left_out, written=not broken)
        return
    for line in _failure_lines(broken):
        out().print(clean(line), style="red", soft_wrap=True)
    optional = [(w.name, d.reason) for w, d in failed if not w.required]
    for name, reason in [*optional, *((one.name, one.reason) for one in left_out)]:
        out().print(clean(f"left out  {name}: {reason}"), style="yellow", soft_wrap=True)
    last = _last_line(file, outcomes, broken, estimate.whole - estimate.here, seconds)
    out().print(last, style="bold", soft_wrap=True)


def _failure_lines(broken: Outcomes) -> Iterator[str]:
    """A line for each reason: a mirror that is away is one fault, not a thousand."""
    by_reason: dict[str, list[Download]] = {}
    for wanted, done in broken:
        by_reason.setdefault(done.reason, []).append(wanted)
    for reason, ones in by_reason.items():
        names = ", ".join(one.title for one in ones[:NAMED])
        more = f" and {len(ones) - NAMED} more" if len(ones) > NAMED else ""
        yield f"failed  {names}{more}: {reason}"
        yield f"        {ones[0].origin}"


def _last_line(
    file: Path, outcomes: Outcomes, broken: Outcomes, fetched: int, seconds: float
) -> str:
    if broken:
        came = sum(done.status != "failed" for _, done in outcomes)
        return (
            f"{file.name} was not made: {came} of {count(len(outcomes), 'file')} are here, kept in"
            f" {file.name}.partial. Run the same command again to go on."
        )
    whole = f"{count(len(outcomes), 'file')}, {size(file.stat().st_size)}"
    return clean(f"{file}: {whole}; {size(fetched)} fetched in {format_seconds(seconds)}.")


def _print_json(
    file: Path,
    estimate: Estimate,
    outcomes: Outcomes,
    left_out: Sequence[LeftOut],
    *,
    written: bool,
) -> None:
    print_json(
        {
            "file": str(file),
            "written": written,
            "bytes": file.stat().st_size if written else None,
            "estimate": asdict(estimate) | {"seconds": estimate.seconds},
            "items": [
                {"name": w.name, "version": w.version, "kind": w.kind, "origin": w.origin}
                | {"status": d.status, "reason": d.reason, "bytes": d.size, "sha256": d.sha256}
                for w, d in outcomes
            ],
            "left_out": [one.model_dump() for one in left_out],
        }
    )


def show_verified(file: Path, manifest: Manifest, sha256: str, *, as_json: bool) -> None:
    """`sha256` of the manifest stands for all that is in it: two sides can compare it."""
    if as_json:
        whole = manifest.model_dump(mode="json")
        print_json({"file": str(file), "verdict": "good", "manifest_sha256": sha256} | whole)
        return
    systems = ", ".join(manifest.systems)
    files = count(sum(item.kind != "index" for item in manifest.items), "file")
    line = f"{file}: {files} and their indexes for {systems}, each as the manifest says."
    out().print(clean(line), style="bold", soft_wrap=True)
    made = f"made {manifest.made:%Y-%m-%d %H:%M} UTC by podsys {manifest.podsys}"
    out().print(clean(f"{made} for the cluster {manifest.cluster}"), soft_wrap=True)
    out().print(f"manifest sha256 {sha256}", soft_wrap=True)
    for one in manifest.left_out:
        out().print(clean(f"left out  {one.name}: {one.reason}"), style="yellow", soft_wrap=True)
