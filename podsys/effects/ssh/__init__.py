"""The one door to the nodes: many SSH connections at once, pinned host keys, time limits."""

from podsys.effects.ssh.fleet import Fleet
from podsys.effects.ssh.outcome import Command, Outcome

__all__ = ["Command", "Fleet", "Outcome"]
