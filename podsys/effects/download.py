"""One file fetched over HTTP: continued where it was cut off, true to its hash, or refused."""

from __future__ import annotations

import http.client
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event as Flag
from typing import Any

from podsys.effects.download_words import (
    PAGE_START,
    STALE,
    AgainError,
    RefusedError,
    check_clock,
    explain_certificate,
    explain_status,
    refuse_page,
)
from podsys.effects.evidence import hash_file
from podsys.effects.git import archive_commit
from podsys.errors import FULL
from podsys.model.bundle import Download, Fetched

ATTEMPTS = 4
PAUSE_S = 1.0  # doubled each time
SILENCE_S = 30.0
PART = 1 << 18


class DiskFullError(Exception):
    """Nothing more can be kept: all downloads end."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """`folder` keeps what is whole under its hash, and what is not whole beside it as NAME.part.

    `proxies` by scheme; none means none, whatever the environment says. `stop` ends all.
    """

    folder: Path
    proxies: Mapping[str, str]
    stop: Flag

    def find(self, wanted: Download) -> Path:
        """Where it lies once it is whole."""
        address = f"{wanted.origin}@{wanted.commit}" if wanted.commit else wanted.origin
        return self.folder / (wanted.sha256 or sha256(address.encode()).hexdigest())

    def fetch(self, wanted: Download, until: float | None = None) -> Fetched:
        """`until` (monotonic) cuts it off in time, with what came kept. Never raises but when
        the disk is full."""
        if kept := self.look(wanted):
            return kept
        reason = ""
        for attempt in range(ATTEMPTS):
            try:
                return (
                    self._attempt_commit(wanted) if wanted.commit else self._attempt(wanted, until)
                )
            except RefusedError as error:
                return Fetched("failed", str(error))
            except AgainError as error:
                reason = str(error)
            if self.stop.wait(PAUSE_S * 2**attempt) or until:
                break
        tried = attempt + 1
        return Fetched("failed", f"{reason} (tried {tried} times)", attempts=tried)

    def look(self, wanted: Download) -> Fetched | None:
        """What an earlier command has left, if it is true to its hash."""
        file = self.find(wanted)
        if not file.exists():
            return None
        size, found = file.stat().st_size, hash_file(file)
        if wanted.sha256 in (None, found):
            return Fetched("kept", "", size, found)
        file.unlink()
        return None

    def _attempt(self, wanted: Download, until: float | None) -> Fetched:
        part = self.find(wanted).with_suffix(".part")
        try:
            if not wanted.size or _size(part) != wanted.size:
                with self._open(wanted, _size(part)) as answer:
                    _check_answer(answer, wanted)
                    self._take(answer, part, wanted, until)
            return _finish(part, self.find(wanted), wanted)
        except OSError as error:
            raise self._explain(error, wanted) from error
        except http.client.HTTPException as error:
            raise AgainError(f"the answer was cut off: {type(error).__name__}") from error

    def _attempt_commit(self, wanted: Download) -> Fetched:
        """git knows by the commit alone whether what came is true to it."""
        file = self.find(wanted)
        try:
            archive_commit(wanted.origin, wanted.commit or "", file, self.proxies)
            return Fetched("fetched", "", file.stat().st_size, hash_file(file))
        except OSError as error:
            raise self._explain(error, wanted) from error

    def _open(self, wanted: Download, have: int) -> Any:
        if not wanted.origin.startswith(("http://", "https://")):
            scheme = wanted.origin.partition(":")[0]
            raise RefusedError(f"podsys fetches http and https, not {scheme}")
        if (wanted.size and have > wanted.size) or not wanted.sha256:
            have = 0  # without a hash nothing would tell that two halves are of different files
        headers = {"User-Agent": "podsys", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        request = urllib.request.Request(wanted.origin, headers=headers)  # noqa: S310 - as above
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(dict(self.proxies)))
        return opener.open(request, timeout=SILENCE_S)

    def _take(self, answer: Any, part: Path, wanted: Download, until: float | None) -> None:
        first = _first_byte(answer, _size(part))
        length = answer.headers.get("Content-Length", "")
        whole = wanted.size or (first + int(length) if length.isdecimal() else 0)
        with part.open("r+b" if answer.status == 206 and part.exists() else "wb") as file:
            if first < _size(part):
                file.truncate(first)
            file.seek(0, os.SEEK_END)
            while chunk := answer.read(PART):
                if file.tell() == 0:
                    refuse_page(start=chunk)
                file.write(chunk)
                if wanted.size and file.tell() > wanted.size:
                    raise RefusedError(f"more than the {wanted.size} bytes that the index names")
                if self.stop.is_set() or (until and time.monotonic() > until):
                    raise AgainError("interrupted")
            file.flush()
            os.fsync(file.fileno())
        if _size(part) < whole:  # which Python does not say where it is asked for a part
            raise AgainError(f"cut off after {_size(part)} of {whole} bytes")

    def _explain(self, error: OSError, wanted: Download) -> Exception:
        """Why, in words; and whether asking again may help."""
        if isinstance(error, urllib.error.HTTPError):
            if error.code == 416:  # more is kept than there is
                self.find(wanted).with_suffix(".part").unlink(missing_ok=True)
            return explain_status(error.code, str(error.reason), wanted)
        inner = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(inner, ssl.SSLCertVerificationError):
            return RefusedError(explain_certificate(inner, self._whom(wanted)))
        if isinstance(inner, OSError) and inner.errno in FULL:
            return DiskFullError(f"no space left for {self.folder}: make room, and run it again")
        if isinstance(inner, TimeoutError):
            return AgainError(f"no answer within {SILENCE_S:.0f} s")
        reason = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
        return AgainError(f"{self._whom(wanted)}: {reason}")

    def _whom(self, wanted: Download) -> str:
        """Who was connected to."""
        whole = urllib.parse.urlsplit(wanted.origin)
        proxy = self.proxies.get(whole.scheme)
        return f"proxy {urllib.parse.urlsplit(proxy).netloc or proxy}" if proxy else whole.netloc


def _check_answer(answer: Any, wanted: Download) -> None:
    """What can be known to be wrong before it is fetched."""
    check_clock(answer.headers.get("Date", ""))
    refuse_page(answer.headers.get("Content-Type", ""))
    length = answer.headers.get("Content-Length", "")
    if wanted.size and length.isdigit():
        whole = int(length) + (_first_byte(answer, 0) if answer.status == 206 else 0)
        if whole != wanted.size:
            refuse_page(start=answer.read(PAGE_START))
            raise RefusedError(f"{whole} bytes there, {wanted.size} in the node's index: {STALE}")


def _first_byte(answer: Any, size: int) -> int:
    """Where what comes belongs: `Content-Range: bytes 1000-1999/2000`. Never behind the end."""
    words = str(answer.headers.get("Content-Range", "")).removeprefix("bytes ").partition("-")
    if answer.status != 206 or not words[0].isdigit():
        return 0
    return int(words[0]) if not size else min(int(words[0]), size)


def _finish(part: Path, file: Path, wanted: Download) -> Fetched:
    found = hash_file(part)
    if wanted.sha256 not in (None, found):
        part.unlink()
        raise AgainError(f"its sha256 is {found[:12]}…, the index names {wanted.sha256[:12]}…")
    part.replace(file)
    return Fetched("fetched", "", file.stat().st_size, found)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def measure_rate(fetcher: Fetcher, wanted: Download, seconds: float = 1.0) -> float:
    """Bytes per second of one download, of which all that came is kept; 0 when nothing came."""
    part = fetcher.find(wanted).with_suffix(".part")
    before, started = _size(part), time.monotonic()
    done = fetcher.fetch(wanted, until=started + seconds)
    came = (done.size if done.status == "fetched" else _size(part)) - before
    return max(0.0, came / max(time.monotonic() - started, 0.001))
