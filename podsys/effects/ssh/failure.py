"""Why a node could not be reached, as one line that a person can act on."""

from __future__ import annotations

from podsys.errors import PodsysError

SILENT = "the node accepts connections, but sshd does not answer: is it hung?"
# paramiko has few classes for many faults: mostly only its words tell them apart.
WORDS_OF_PARAMIKO = {
    "Authentication timeout": "sshd answers, but did not finish the login within the time limit",
    "No existing session": SILENT,
    "Error reading SSH protocol banner": SILENT,
    "Timeout opening channel": "no answer within the time limit",
    "Connect failed": "the bastion cannot connect to it",
    "Administratively prohibited": "the bastion's sshd forbids forwarding (AllowTcpForwarding)",
}
KEY_REFUSED = "ssh refused the key: authorise it on the node (ssh-copy-id) or set ssh.key"
KEY_CHANGED = (
    "host key changed since it was pinned: compare it on the machine, "
    "then remove its line from known_hosts and run podsys init"
)
NOT_PINNED = "host key not pinned: run podsys init"
CONNECTION_LOST = "connection lost"


class LinkError(PodsysError):
    """A fault with its words already in place."""


def explain_failure(error: Exception) -> str:
    import paramiko

    if isinstance(error, PodsysError):
        return "; ".join(part for part in (error.message, error.hint) if part)
    for part, words in WORDS_OF_PARAMIKO.items():
        if part in str(error):
            return words
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (paramiko.AuthenticationException, KEY_REFUSED),
        (TimeoutError, "no answer within the time limit"),
        (EOFError, CONNECTION_LOST),
        (ConnectionResetError, CONNECTION_LOST),
        (BrokenPipeError, CONNECTION_LOST),
        (OSError, f"cannot connect: {getattr(error, 'strerror', None) or error}"),
    )
    return next(
        (words for kind, words in kinds if isinstance(error, kind)),
        f"{type(error).__name__}: {error}",
    )
