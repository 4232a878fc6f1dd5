"""What is asked of a node, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

# The variable that tells podsys's own processes on a node from all others.
MARK = "PODSYS_RUN"


@dataclass(frozen=True, slots=True)
class Command:
    """A shell command for one node and what it gets on standard input."""

    text: str
    stdin: bytes = b""

    def marked(self, mark: str) -> Command:
        """The same with `mark` in the environment of all that it starts."""
        return Command(f"export {MARK}={mark}; {self.text}", self.stdin) if mark else self


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back. `error` is set when the command could not be run to its end."""

    node: str
    code: int | None
    stdout: bytes
    stderr: bytes
    error: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.error and self.code == 0
