"""Many downloads at once; what is the same is fetched once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from podsys.effects.download import ATTEMPTS, DiskFullError, Fetcher
from podsys.model.bundle import Download, Fetched

# More than this only makes an archive slow for others.
AT_ONCE = 6
# So many in a row that did not come, however often they were tried: nothing will.
HOPELESS = 2 * AT_ONCE
NOT_TRIED = "not tried any more"
Told = Callable[[Download, Fetched], None]


def fetch_all(fetcher: Fetcher, wanted: Sequence[Download], told: Told) -> list[Fetched]:
    """In the order of `wanted`; each that was tried is told of as it ends.

    A full disk, or a network that is away, ends all that are left.
    """
    first: dict[Path, Download] = {}
    for one in wanted:
        first.setdefault(fetcher.find(one), one)
    found: dict[Download, Fetched] = {}
    lost = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
        runs = {pool.submit(_fetch, fetcher, one): one for one in first.values()}
        for run in as_completed(runs):
            found[runs[run]] = run.result()
            if found[runs[run]].attempts:
                told(runs[run], found[runs[run]])
            lost = lost + 1 if found[runs[run]].attempts == ATTEMPTS else 0
            if lost >= HOPELESS:
                fetcher.stop.set()
    return [found[first[fetcher.find(one)]] for one in wanted]


def _fetch(fetcher: Fetcher, wanted: Download) -> Fetched:
    if fetcher.stop.is_set():
        return fetcher.look(wanted) or Fetched("failed", NOT_TRIED, attempts=0)
    try:
        return fetcher.fetch(wanted)
    except DiskFullError as error:
        fetcher.stop.set()
        return Fetched("failed", str(error))
