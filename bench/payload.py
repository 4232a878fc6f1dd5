"""How many bytes podsys sends to one node to look at it: `python -m bench.payload WORKSPACE`.

Counted where they leave, in paramiko, while `podsys deploy --plan` runs.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections import Counter
from typing import Any

import paramiko


def main() -> None:
    print(count_sent(sys.argv[1]))


def count_sent(workspace: str) -> int:
    """The largest amount that any one node got: its command's text and standard input."""
    sent: Counter[int] = Counter()
    channel: Any = paramiko.Channel
    execute, send = channel.exec_command, channel.send

    def counted_execute(self: Any, command: Any) -> None:
        sent[id(self.get_transport())] += len(command)
        execute(self, command)

    def counted_send(self: Any, data: Any) -> int:
        size: int = send(self, data)
        sent[id(self.get_transport())] += size
        return size

    channel.exec_command = counted_execute
    channel.send = counted_send
    sys.argv = ["podsys", "deploy", "-C", workspace, "--plan", "--json"]
    from podsys.cli import main as podsys

    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        podsys()
    return max(sent.values())


if __name__ == "__main__":
    main()
