"""Why a download was refused, told so that whoever reads it knows what to mend: the mirror, what is
between, or this machine's own clock."""

from __future__ import annotations

import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from podsys.model.bundle import Download

STALE = "run apt-get update on the nodes, then podsys bundle again"
PAGE = "a web page came instead of the file: log in to the network, or name its proxy"
PAGE_START, PAGE_STARTS = 256, (b"<!doctype html", b"<html")
# A caching proxy hands on old dates, so only a date that is still to come tells something.
CLOCK_OFF = timedelta(days=1)
# What OpenSSL says of a certificate whose time has not come, or is over, or whose name is another.
NOT_YET, OVER, OTHER_NAME = 9, 10, (62, 64)


class RefusedError(Exception):
    """Asking again would not help."""


class AgainError(Exception):
    """It may go better the next time."""


def refuse_page(content_type: str = "", start: bytes = b"") -> None:
    """Nothing that podsys fetches is a page; one comes with status 200 from whoever is between."""
    is_page = content_type.partition(";")[0].strip().lower() == "text/html"
    if is_page or start[:PAGE_START].lstrip().lower().startswith(PAGE_STARTS):
        raise RefusedError(PAGE)


def explain_status(code: int, words: str, wanted: Download) -> Exception:
    said = f"HTTP {code} {words}".strip()
    if code in (404, 410) and wanted.kind == "package":
        return RefusedError(f"{said}: the archive has another version by now: {STALE}")
    if code in (404, 410):
        return RefusedError(f"{said}: it was moved or taken away: correct its URL in the release")
    if code in (407, 511):
        return RefusedError(f"{said}: the proxy wants a login; --proxy names another")
    if code in (408, 416, 425, 429) or code >= 500:
        return AgainError(said)
    return RefusedError(said)


def explain_certificate(error: ssl.SSLCertVerificationError, whom: str) -> str:
    said = f"the certificate of {whom} is refused: {error.verify_message}"
    clock = f"this machine's clock says {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if error.verify_code == NOT_YET:
        return f"{said}; {clock}: it is behind, set it"
    if error.verify_code == OVER:
        return f"{said}; {clock}: is that right? Then the certificate is out of date"
    if error.verify_code in OTHER_NAME:
        return f"{said}; somebody else answers in its name: is a login or proxy between?"
    return f"{said}; where its CA is your site's, SSL_CERT_FILE=FILE names it"


NO_GIT = "no git server answers there: a login or a proxy is between, or the URL is wrong"
# What git says -> what it means; what is not here may pass.
GIT_WORDS = (
    ("could not read Username", "the repository is not there, or wants a login"),
    ("not our ref", "the repository does not have this commit: correct it in the release"),
    ("unadvertised object", "the server gives out no single commit: name a file with its sha256"),
    ("not found", "the repository is not there: correct its URL in the release"),
    ("certificate", "its certificate is refused: is this machine's clock right (date -u), and does"
     " it know the CA (SSL_CERT_FILE, GIT_SSL_CAINFO)?"),
    ("dumb http", NO_GIT),
    ("is this a git repository", NO_GIT),
)  # fmt: skip


def explain_git(said: str) -> Exception:
    last = " ".join(said.split())[-300:]
    for words, meaning in GIT_WORDS:
        if words.lower() in last.lower():
            return RefusedError(f"{meaning} (git: {last})")
    return AgainError(f"git: {last}")


def check_clock(date: str) -> None:
    with contextlib.suppress(ValueError, TypeError):
        there, here = parsedate_to_datetime(date), datetime.now(UTC)
        if there.tzinfo and there - here > CLOCK_OFF:
            raise RefusedError(
                f"the archive's clock says {there:%Y-%m-%d %H:%M}, this machine's"
                f" {here:%Y-%m-%d %H:%M} UTC: set this machine's clock"
            )
