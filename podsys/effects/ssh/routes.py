"""The way to every node: cluster.yaml where it says something, else OpenSSH's config."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

from podsys.effects.ssh.config_text import PERSONAL, ConfigText
from podsys.effects.ssh.openssh import Answer, ask, check_config
from podsys.effects.ssh.route import Route, own_agent, plain_route
from podsys.errors import PodsysError
from podsys.model.openssh import THE_FIRST, Hop, parse_jump, pinned_name
from podsys.model.spec import Ssh

DEEPEST = 8


class Routes:
    """Answers are asked for once, for all addresses together; without a config, for none."""

    def __init__(self, ssh: Ssh, addresses: Sequence[str]) -> None:
        self._ssh = ssh
        self._hops: dict[tuple[Hop, Route | None, bool], Route] = {}
        self._answers = _ask_for_nodes(ssh, addresses)
        self._routes = {address: self._to_node(address) for address in self._answers}

    def of(self, address: str) -> Route:
        if self._answers:
            return self._routes[address]
        name = pinned_name(address, self._ssh.port)
        return replace(self._plain, host=address, pinned_as=name)

    def _to_node(self, address: str) -> Route:
        answer = self._answers[address]
        via = self._own_jump or self._chain(_one(answer, "proxyjump"), explicit=False)
        name = pinned_name(address, self._ssh.port)
        return _from_answer(address, answer, name, via)

    @cached_property
    def _plain(self) -> Route:
        return plain_route("", self._ssh)

    @cached_property
    def _own_jump(self) -> Route | None:
        return self._chain(self._ssh.jump or "", explicit=True)

    def _chain(self, jump: str, explicit: bool, depth: int = 0) -> Route | None:
        via: Route | None = None
        if depth > DEEPEST:
            raise PodsysError(f"ProxyJump {jump} leads to itself", "add: Host ... ProxyJump none")
        for hop in parse_jump(jump if jump != "none" else ""):
            key = (hop, via, explicit)
            if key not in self._hops:
                self._hops[key] = self._to_hop(hop, via, explicit, depth)
            via = self._hops[key]
        return via

    def _to_hop(self, hop: Hop, via: Route | None, explicit: bool, depth: int) -> Route:
        """A bastion of cluster.yaml is logged in to as the nodes are, if nothing else is said."""
        if explicit:
            hop = replace(hop, user=hop.user or self._ssh.user)
        words = _words(hop, self._ssh.key if explicit else None)
        words += THE_FIRST if explicit else []
        answer = ask(self._ssh.config, [hop.host], words, "root" if explicit else None)[hop.host]
        via = via or self._chain(_one(answer, "proxyjump"), explicit=False, depth=depth + 1)
        host, port = _one(answer, "hostname"), int(_one(answer, "port"))
        name = _one(answer, "hostkeyalias") or pinned_name(host, port)
        return _from_answer(hop.host, answer, name, via)


def settle(ssh: Ssh, addresses: Sequence[str]) -> Ssh:
    """What all nodes have in common and others must know: the user, and seconds to connect."""
    answers = _ask_for_nodes(ssh, addresses).values()
    users = sorted({_one(answer, "user") for answer in answers})
    if len(users) > 1:
        raise PodsysError(
            f"OpenSSH's config logs in to these nodes as {' and as '.join(users)}",
            "write the one that podsys shall use as ssh.user in cluster.yaml",
        )
    found: dict[str, object] = {"user": ssh.user or (users[0] if users else "root")}
    limits = [float(limit) for a in answers if (limit := _one(a, "connecttimeout")).isdigit()]
    if limits and "timeout_s" not in ssh.model_fields_set:
        found["timeout_s"] = max(limits)
    return ssh.model_copy(update=found)


def _ask_for_nodes(ssh: Ssh, addresses: Sequence[str]) -> dict[str, Answer]:
    """Nothing where no config has anything to say."""
    check_config(ssh.config)
    if not ConfigText(ssh.config or PERSONAL).matters:
        return {}
    return ask(ssh.config, addresses, _words(Hop("", ssh.user, ssh.port), ssh.key), "root")


def _words(hop: Hop, key: str | None) -> list[str]:
    words = ["-l", hop.user] if hop.user else []
    words += ["-p", str(hop.port)] if hop.port else []
    return words + (["-i", key, "-o", "IdentitiesOnly=yes"] if key else [])


def _from_answer(name: str, answer: Answer, pinned_as: str, via: Route | None) -> Route:
    host, port, user = (_one(answer, key) for key in ("hostname", "port", "user"))
    tokens = {"h": host, "p": port, "r": user, "n": name, "d": _at_home("~"), "%": "%"}
    command = "" if via else _one(answer, "proxycommand")
    return Route(
        host=host,
        port=int(port),
        user=user,
        pinned_as=pinned_as,
        keys=tuple(_path(path, tokens) for path in answer.get("identityfile", ())),
        only_keys=_one(answer, "identitiesonly") == "yes",
        agent=_agent(_one(answer, "identityagent"), tokens),
        via=via,
        command=_expand(command, tokens) if command != "none" else "",
    )


def _agent(value: str, tokens: Mapping[str, str]) -> str:
    if value in ("", "SSH_AUTH_SOCK"):
        return own_agent()
    return "" if value == "none" else _path(value, tokens)


def _path(text: str, tokens: Mapping[str, str]) -> str:
    return _at_home(os.path.expandvars(_expand(text, tokens)))


@cache
def _at_home(path: str) -> str:
    return str(Path(path).expanduser())


def _expand(text: str, tokens: Mapping[str, str]) -> str:
    return re.sub("%(.)", lambda match: tokens.get(match[1], match[0]), text)


def _one(answer: Answer, key: str) -> str:
    return answer.get(key, ("",))[0]
