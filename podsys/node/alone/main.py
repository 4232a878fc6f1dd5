"""The command line of podsys-node."""

import argparse
import json
import sys
import time
from typing import Any, Dict, List, Optional

from .. import machine
from .look import find_ready, look
from .say import as_json, as_lines, as_nhc, as_reason, find_verdict
from .slurm import find_node_name, update_drain
from .textfile import write_metrics

STARTED = time.monotonic()
LOOK_S = 1.3
ALL_S = 1.9  # schedulers wait; what is not known by then is unknown
CODES = {"ready": 0, "failed": 1, "unknown": 3}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
HEALTH = "as Slurm's HealthCheckProgram: drains and resumes, and leaves others' drains alone"
SINCE = "how far back the kernel log counts: 90s, 10m, 24h, 7d"
HELP = """\
examples:
  podsys-node                    what is wrong with this node, and what to do
  Prolog=/usr/local/sbin/podsys-prolog, which says: exec podsys-node --slurm-prolog
  HealthCheckProgram=/usr/local/sbin/podsys-health: exec podsys-node --health-check
  podsys-node --nhc              in place of nhc: a line and exit code 1 when something blocks
  podsys-node --textfile /var/lib/prometheus/node-exporter

exit codes: 0 may start, 1 something failed, 2 usage, 3 could not tell. With --slurm-prolog,
--health-check and --nhc: 1 when something that blocks was found (with --strict: or is unknown),
0 otherwise.
"""


def main(judge: Dict[str, Any], arguments: Optional[List[str]] = None) -> int:
    """`judge`: what `podsys pack-node` wrote down."""
    chosen = make_parser(judge).parse_args(arguments)
    node = chosen.node or find_node_name()
    whole = not (chosen.prolog or chosen.health or chosen.nhc)
    findings = look(judge, node, chosen.seconds, chosen.since, whole)
    if chosen.textfile:
        _write_textfile(chosen.textfile, findings)
    if whole:
        text = as_json(node, findings) if chosen.json else "\n".join(as_lines(node, findings))
        say(text)
        return CODES[find_verdict(findings)]
    reason = as_reason(findings, chosen.strict)
    if chosen.health:
        _update_slurm(node, reason, findings, chosen.strict)
    elif reason:
        say(as_nhc(reason) if chosen.nhc else "podsys: " + reason)
    return 1 if reason else 0


def make_parser(judge: Dict[str, Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="podsys-node",
        description="May a job start on this node? Reads it once, changes nothing on it.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    modes = parser.add_mutually_exclusive_group()
    mode = modes.add_argument
    mode("--json", action="store_true", help="one JSON document: {verdict, findings}")
    mode("--slurm-prolog", dest="prolog", action="store_true", help="as Slurm's Prolog")
    mode("--health-check", dest="health", action="store_true", help=HEALTH)
    mode("--nhc", action="store_true", help="as LBNL's node health check")
    add("--textfile", metavar="DIR", help="also write DIR/podsys.prom for Prometheus")
    add("--since", type=parse_duration, metavar="TIME", help=SINCE)
    add("--strict", action="store_true", help="what is unknown blocks as well")
    add("--node", metavar="NAME", help="the node's name in cluster.yaml and in Slurm")
    add("--seconds", type=float, default=LOOK_S, help="for the whole look (%(default)s)")
    add("--version", action="version", version="podsys-node " + judge["podsys"])
    return parser


def parse_duration(text: str) -> float:
    number, unit = text[:-1], text[-1:]
    if not number.isdigit() or unit not in UNITS:
        raise argparse.ArgumentTypeError("write it like 90s, 10m, 24h or 7d")
    return int(number) * UNITS[unit]


def say(text: str) -> None:
    """Whoever stopped reading has read enough."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        pass


def _update_slurm(node: str, reason: str, findings: List[Any], strict: bool) -> None:
    """Only what is known to be good resumes: what is unknown changes nothing."""
    if not reason and not find_ready(findings, strict=True):
        say("podsys: %s: left alone: not everything could be told" % node)
        return
    try:
        left = max(0.1, ALL_S - (time.monotonic() - STARTED))
        done = update_drain(node, reason, left)
    except machine.Unreadable as error:
        done = "could not be told to Slurm: %s" % error
    say("podsys: %s: %s%s" % (node, done, reason and ": " + reason))


def _write_textfile(folder: str, findings: List[Any]) -> None:
    """A full disk must not keep the node from being judged."""
    try:
        write_metrics(folder, findings, time.monotonic() - STARTED, time.time())
    except OSError as error:
        sys.stderr.write("podsys-node: %s: %s\n" % (folder, error.strerror))


def run() -> None:
    """As __main__.py of the packed file calls it."""
    import pkgutil

    judge = pkgutil.get_data("podsys_node", "judge.json")
    if judge is None:
        sys.exit("podsys-node: judge.json is missing: pack it again with podsys pack-node")
    sys.exit(main(json.loads(judge.decode())))
