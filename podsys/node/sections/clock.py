"""Is the clock kept, by whom, and how far off is it?"""

from typing import Any, Dict

from .. import machine
from ..systemd import Question, show
from ..values import decimal, quote, whole, word

DAEMONS = (
    ("chronyd", "chrony.service"),
    ("chronyd", "chronyd.service"),
    ("systemd-timesyncd", "systemd-timesyncd.service"),
    ("ntpd", "ntp.service"),
    ("ntpd", "ntpsec.service"),
    ("ntpd", "ntpd.service"),
)
NOT_SYNCHRONISED = "Not synchronised"
FIELDS = 14


def read() -> Dict[str, Any]:
    daemon = find_daemon()
    facts: Dict[str, Any] = {"daemon": daemon, "synchronised": None, "offset_s": None, "source": ""}
    if daemon == "chronyd":
        facts.update(parse_tracking(machine.ask(["chronyc", "-c", "-n", "tracking"], 5)))
    elif daemon == "systemd-timesyncd":
        facts["synchronised"] = machine.exists("/run/systemd/timesync/synchronized")
    elif daemon != "none":
        text = machine.ask(["timedatectl", "show", "--property=NTPSynchronized"], 5)
        facts["synchronised"] = text.strip() == "NTPSynchronized=yes"
    else:
        facts["synchronised"] = False
    return facts


def find_daemon() -> str:
    shown = show(*asks_systemd())
    for name, unit in DAEMONS:
        if shown[unit].get("ActiveState") == "active":
            return name
    return "none"


def asks_systemd() -> Question:
    return [unit for _, unit in DAEMONS], ["ActiveState"]


def parse_tracking(text: str) -> Dict[str, Any]:
    """`chronyc -c tracking`: id, name, stratum, time, system offset in s, ..., leap status."""
    fields = text.strip().split(",")
    if len(fields) != FIELDS:
        raise machine.Unreadable("chronyc tracking gave %d fields, not %d" % (len(fields), FIELDS))
    stratum, offset = whole(fields[2], 16), decimal(fields[4])
    if stratum is None or offset is None:
        raise machine.Unreadable("chronyc tracking: no stratum or offset in %s" % quote(text))
    return {
        "synchronised": fields[13] != NOT_SYNCHRONISED and stratum != 0,
        "offset_s": offset,
        "source": word(fields[1] or fields[0]),
    }
