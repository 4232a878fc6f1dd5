"""What is wrong with a certificate, if anything; the signature is checked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from podsys.model.status import Status, Verdict

FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "cluster": str,
    "verdict": str,
    "level": int,
    "issued": str,
    "expires": str,
    "lock_sha256": str,
    "nodes": dict,
    "suspects": list,
    "counts": dict,
    "evidence": list,
    "tool_versions": dict,
}
VERDICTS = tuple(verdict.value for verdict in Verdict)


def check_certificate(certificate: object, now: datetime, hashes: Mapping[str, str]) -> list[str]:
    """All problems at once. `hashes`: sha256 of each evidence file that was found."""
    if not isinstance(certificate, dict):
        return ["this is not a certificate: it is no JSON object"]
    problems = list(_check_fields(certificate))
    if problems:
        return problems
    return [
        *_check_times(certificate, now),
        *_check_verdict(certificate),
        *_check_evidence(certificate["evidence"], hashes),
    ]


def list_evidence(certificate: Mapping[str, Any]) -> list[str]:
    """The files that a certificate names, as far as it names any."""
    entries = certificate.get("evidence")
    named = (
        [e.get("file") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    )
    return [file for file in named if isinstance(file, str)]


def _check_fields(certificate: Mapping[str, Any]) -> Iterator[str]:
    for name, kind in FIELDS.items():
        if name not in certificate:
            yield f"the field {name!r} is missing"
        elif not isinstance(certificate[name], kind) or isinstance(certificate[name], bool):
            yield f"the field {name!r} is not of the kind a certificate has there"


def _check_times(certificate: Mapping[str, Any], now: datetime) -> Iterator[str]:
    issued = read_time(certificate["issued"])
    expires = read_time(certificate["expires"])
    if issued is None or expires is None:
        yield "issued or expires is not a time in ISO 8601 with a zone"
        return
    if now < issued:
        yield f"issued {certificate['issued']}, which lies in the future: compare the clocks"
    if now >= expires:
        yield f"expired on {certificate['expires']}: run podsys accept again"


def read_time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _check_verdict(certificate: Mapping[str, Any]) -> Iterator[str]:
    verdict = certificate["verdict"]
    if certificate.get("partial"):
        yield "the run was interrupted: this is only a part, and proves nothing"
    if verdict not in VERDICTS:
        yield f"unknown verdict {verdict!r}: expected one of {', '.join(VERDICTS)}"
    elif verdict != Verdict.CERTIFIED:
        yield f"the verdict is {verdict!r}, not {Verdict.CERTIFIED.value!r}"
    else:
        yield from _check_agreement(certificate)


def _check_agreement(certificate: Mapping[str, Any]) -> Iterator[str]:
    """A certified cluster has nothing but certified nodes and no open findings."""
    if not certificate["nodes"]:
        yield "certifies a cluster without nodes"
    for name, node in certificate["nodes"].items():
        verdict = node.get("verdict") if isinstance(node, dict) else None
        if verdict != Verdict.CERTIFIED:
            yield f"certifies the cluster although node {name!r} is {verdict!r}"
    for status in (Status.FAIL, Status.UNKNOWN):
        if certificate["counts"].get(status.value) != 0:
            yield f"certifies the cluster without saying that no finding is {status.value!r}"


def _check_evidence(evidence: list[Any], hashes: Mapping[str, str]) -> Iterator[str]:
    if not evidence:
        yield "names no evidence"
    for entry in evidence:
        file = entry.get("file") if isinstance(entry, dict) else None
        digest = entry.get("sha256") if isinstance(entry, dict) else None
        if not isinstance(file, str) or not isinstance(digest, str):
            yield f"evidence entry {entry!r} does not give a file and its sha256"
        elif file not in hashes:
            yield f"evidence {file!r} is missing"
        elif hashes[file] != digest:
            yield f"evidence {file!r} was altered: its sha256 is not the certified one"
