"""What the two ends of a pair said, where it gave no number."""

from __future__ import annotations

from podsys.effects.ssh import Outcome


def explain_ends(reason: str, client: Outcome, server: Outcome) -> str:
    """Which end failed, and with what words."""
    parts = [f"{client.node}: {_last_words(client) or reason}"]
    if server.error or server.code:
        parts.append(f"{server.node}: {_last_words(server) or f'ended with code {server.code}'}")
    return "; ".join(parts)


def find_unreached(client: Outcome, server: Outcome) -> tuple[str, ...]:
    return tuple(end.node for end in (client, server) if end.error)


def _last_words(outcome: Outcome) -> str:
    if outcome.error:
        return outcome.error
    if outcome.code in (124, 137, 143):
        return "no result within the time limit"
    said = outcome.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else ""
