"""What apt says when it cannot fetch or install, and what that means for the one who mends it.

A clock that is wrong, a page that asks for a login and a full disk all look like a broken mirror.
"""

from __future__ import annotations

import re

CLOCK = "the clock of this node is wrong, not the mirror"
AHEAD = "or the clock of this node is ahead: compare date -u there and on another machine"
# The first that fits is the cause; what follows from it comes further down.
MEANINGS = (
    (
        r"not valid yet \(invalid for another ([^)]+)\)",
        CLOCK + r": it is \1 behind what the archive was signed at. Set it once by hand"
        " (date -s, or chronyd -q), then deploy again",
    ),
    (
        r"not yet valid|not yet activated|not live until",
        CLOCK + ": it is behind the day from which certificate or signature are good. Set it once"
        " by hand (date -s, or chronyd -q), then deploy again",
    ),
    (
        r"is expired \(invalid since ([^)]+)\)",
        r"the mirror was not updated for longer than its archive allows (\1), " + AHEAD,
    ),
    (
        r"expired certificate|certificate has expired",
        "the certificate of the mirror is out of date, " + AHEAD,
    ),
    (
        r"issuer is unknown|signature in the certificate is invalid|unable to get (local )?issuer"
        r"|self[- ]signed",
        "this node does not know who signed the certificate of the mirror or proxy: put its CA into"
        " /usr/local/share/ca-certificates and run update-ca-certificates there",
    ),
    (
        r"name in the certificate does not match|hostname mismatch",
        "somebody else answers in the mirror's name: a proxy or a login page is between",
    ),
    (
        r"NOSPLIT|NODATA|does the network require authentication",
        "a web page came instead of the archive: log in to the network, or name its proxy in apt's"
        " configuration on the node (Acquire::http::Proxy)",
    ),
    (
        r"enough free space|no space left on device",
        "make room on this node: df -h / /var /boot",
    ),
    (
        r"NO_PUBKEY|public key is not available",
        "the key that signs this archive is not on the node: add it as the archive's maker says",
    ),
    (
        r"temporary failure resolving|could not resolve|temporary failure in name resolution",
        "this node cannot look the mirror's name up: see /etc/resolv.conf there",
    ),
    (
        r"does not have a Release file",
        "there is no archive under that address: correct the node's apt sources, or see whether its"
        " suite was moved",
    ),
    (
        r"\b404\b",
        "the archive has another version by now: run apt-get update on the node; podsys init"
        " --upgrade takes what is there, a bundle keeps what was there",
    ),
    (
        r"unexpected size|hash sum mismatch",
        "the mirror is being updated, or something between answers in its place: run apt-get"
        " update on the node in a while",
    ),
)  # fmt: skip


def explain_apt(said: str) -> str:
    """What to do about it; empty where these words tell nothing."""
    words = " ".join(said.split())
    for pattern, meaning in MEANINGS:
        if found := re.search(pattern, words, re.IGNORECASE):
            return found.expand(meaning)
    return ""
