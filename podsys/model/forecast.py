"""A forecast: how long something takes, said before it is started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds it usually takes, and the limit at which it is ended; `text` says of what."""

    usual_s: float
    at_most_s: float
    text: str = ""
