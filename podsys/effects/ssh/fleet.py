"""Commands on many nodes at once: bounded in threads, sockets, memory and time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Self

from podsys.effects.ssh.connect import Connector
from podsys.effects.ssh.exchange import exchange
from podsys.effects.ssh.failure import explain_failure
from podsys.effects.ssh.kept import Kept, end, rooms
from podsys.effects.ssh.library import load_paramiko
from podsys.effects.ssh.outcome import Command, Outcome
from podsys.effects.ssh.pins import Pins
from podsys.effects.ssh.route import Route
from podsys.effects.ssh.routes import Routes
from podsys.effects.ssh.watchdog import Watchdog
from podsys.model.spec import Node, Ssh

if TYPE_CHECKING:
    import paramiko

# A kept connection whose node has rebooted may look alive; a live node opens a session at once.
STALE_S = 5.0
# Beyond the limit that paramiko is given, because only cutting ends all of its calls.
GRACE_S = 1.0


class Fleet:
    """Connections to nodes, opened when first needed; as many as are useful stay until closed.

    One dead node costs one Outcome with its reason, never an exception. With `mark` every
    command carries it, so that what is left of them can be found on the nodes (effects/sweep).
    """

    def __init__(
        self, ssh: Ssh, nodes: Mapping[str, Node], known_hosts: Path, mark: str = ""
    ) -> None:
        self._ssh = ssh
        self._mark = mark
        self._nodes = nodes
        self._known_hosts = known_hosts
        self._at_once, room = rooms(ssh.fan_out)
        self._kept = Kept(room)
        self._watchdog = Watchdog()

    @cached_property
    def _connector(self) -> Connector:
        return Connector(Pins.load(self._known_hosts), self._ssh)

    @cached_property
    def _routes(self) -> Routes:
        return Routes(self._ssh, tuple(node.address for node in self._nodes.values()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    @property
    def as_root(self) -> str:
        """What stands before a command that needs root."""
        return "" if self._ssh.user in (None, "root") else "sudo -n "

    @property
    def bastions(self) -> frozenset[str]:
        """Hosts through which nodes are reached."""
        self._prepare()
        found: set[str] = set()
        for node in self._nodes.values():
            via = self._routes.of(node.address).via
            while via is not None:
                found.add(via.host)
                via = via.via
        return frozenset(found)

    def close(self) -> None:
        """Ends all connections, those in use too; the next command opens new ones."""
        self._kept.forget()
        self._connector.close()

    def run_each(self, commands: Mapping[str, Command], timeout_s: float) -> Iterator[Outcome]:
        """Run each node's command, many at once; outcomes come as they finish.

        `timeout_s` is for one node and for all of it: connecting, logging in and the command.
        Whoever takes outcomes slowly slows the nodes: only few wait here to be taken.
        """
        if not commands:
            return
        self._prepare()
        workers = min(self._at_once, len(commands))
        pool = ThreadPoolExecutor(workers, thread_name_prefix="ssh")
        done: SimpleQueue[Future[Outcome]] = SimpleQueue()
        # Nodes that did not answer last time go last: nobody waits behind them.
        waiting = iter(sorted(commands, key=self._was_unreachable))

        def start(node: str) -> None:
            pool.submit(self._run, node, commands[node], timeout_s).add_done_callback(done.put)

        try:
            for node in islice(waiting, 2 * workers):
                start(node)
            for _ in commands:
                outcome = done.get().result()
                for node in islice(waiting, 1):
                    start(node)
                yield outcome
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def run(self, node: str, text: str, timeout_s: float, stdin: bytes = b"") -> Outcome:
        self._prepare()
        return self._run(node, Command(text, stdin), timeout_s)

    def _prepare(self) -> None:
        """Once, and not by many threads at the same time; a broken config is raised here."""
        load_paramiko()
        _ = self._connector, self._routes

    def _was_unreachable(self, node: str) -> bool:
        return self._nodes[node].state == "unreachable"

    def _run(self, node: str, command: Command, timeout_s: float) -> Outcome:
        started = time.monotonic()
        try:
            route = self._routes.of(self._nodes[node].address)
            code, out, err = self._execute(node, route, command, started + timeout_s)
            return Outcome(node, code, out, err, "", time.monotonic() - started)
        except Exception as error:  # every way a connection can break is this node's outcome
            return Outcome(node, None, b"", b"", explain_failure(error), time.monotonic() - started)

    def _execute(
        self, node: str, route: Route, command: Command, deadline: float
    ) -> tuple[int, bytes, bytes]:
        transport, channel = self._session(node, route, deadline)
        try:
            with self._watchdog.until(deadline + GRACE_S, partial(end, transport)):
                found = exchange(channel, command.marked(self._mark), deadline)
            channel.close()
        except Exception as error:
            why = TimeoutError() if time.monotonic() > deadline else error
            raise self._connector.blame(transport, route, why) from error
        self._kept.give(node, transport)
        return found

    def _session(
        self, node: str, route: Route, deadline: float
    ) -> tuple[paramiko.Transport, paramiko.Channel]:
        """On a kept connection, or on a new one: nothing has been started yet, so both are safe."""
        kept = self._kept.take(node)
        if kept:
            try:
                return kept, kept.open_session(timeout=_left(deadline, STALE_S))
            except Exception:
                end(kept)
        by = time.monotonic() + _left(deadline, self._ssh.timeout_s)
        transport = self._connector.open(route, by)
        try:
            return transport, transport.open_session(timeout=_left(by, self._ssh.timeout_s))
        except Exception:
            end(transport)
            raise


def _left(deadline: float, at_most: float) -> float:
    left = min(at_most, deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError
    return left
