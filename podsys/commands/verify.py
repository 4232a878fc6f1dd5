"""podsys verify FILE: does this certificate hold, and if not, what exactly is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podsys.core.certificate_check import check_certificate, list_evidence
from podsys.core.practice import shows_practice
from podsys.effects.evidence import hash_evidence
from podsys.effects.signing import find_identity, find_signers, verify
from podsys.effects.workspace import read_text
from podsys.errors import ExitCode, PodsysError
from podsys.model.verification import Verification
from podsys.view.console import print_json
from podsys.view.verification import show_verification, verification_as_json

FACTS = "facts.json"
PRETENDS = (
    "its evidence shows emulated hardware, and it does not say that it is of a practice cluster"
)
EXIT = {True: ExitCode.GOOD, False: ExitCode.FAILED, None: ExitCode.UNKNOWN}


def verify_file(file: Path, signers: Path | None, as_json: bool = False) -> ExitCode:
    verification = verify_certificate(file, signers, datetime.now(UTC))
    if as_json:
        print_json(verification_as_json(verification))
    else:
        show_verification(verification)
    return EXIT[verification.valid]


def verify_certificate(file: Path, signers: Path | None, now: datetime) -> Verification:
    certificate = read_certificate(file)
    hashes = hash_evidence(file.parent, list_evidence(certificate))
    result = Verification(
        file=str(file),
        cluster=str(certificate.get("cluster")),
        verdict=str(certificate.get("verdict")),
        expires=str(certificate.get("expires")),
        lab=certificate.get("lab") is True,
        carried=_read_carried(certificate.get("carried")),
        problems=check_certificate(certificate, now, hashes),
    )
    if not result.lab and shows_practice(_read_facts(file.parent)):
        result = replace(result, problems=[PRETENDS, *result.problems])
    return check_signature(file, signers or find_signers(file), result)


def _read_carried(said: object) -> dict[str, int]:
    """A certificate is foreign text: what is no count of a run is not repeated."""
    counts = said.items() if isinstance(said, dict) else ()
    return {str(run): count for run, count in counts if type(count) is int}


def _read_facts(run: Path) -> object:
    """What the probe brought home; None where that is missing, which its hash tells as well."""
    try:
        found: object = json.loads((run / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found


def read_certificate(file: Path) -> dict[str, Any]:
    try:
        certificate = json.loads(read_text(file))
    except (ValueError, RecursionError) as error:
        raise PodsysError(f"{file}: not JSON: {error}", "name a certificate.json") from error
    if not isinstance(certificate, dict):
        raise PodsysError(f"{file}: no certificate: not a JSON object", "name a certificate.json")
    return certificate


def check_signature(file: Path, signers: Path | None, result: Verification) -> Verification:
    """Whoever cannot be asked leaves the question open; a wrong answer closes it."""
    signature = file.with_name(file.name + ".sig")
    if not signature.is_file():
        return _leave_open(result, f"there is no signature beside it ({signature.name})")
    if signers is None or not signers.is_file():
        return _leave_open(result, "no allowed_signers file to check with: give one by --signers")
    try:
        signer = find_identity(signature, signers)
        verify(file, signature, signers, signer)
    except PodsysError as error:
        if error.exit_code is not ExitCode.FAILED:
            raise
        return replace(result, problems=[error.message, *result.problems])
    return replace(result, signer=signer)


def _leave_open(result: Verification, reason: str) -> Verification:
    return replace(result, unchecked=[*result.unchecked, reason])
