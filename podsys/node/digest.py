"""SHA-256 without OpenSSL, which takes longer to load than a probe takes to read its files."""

from typing import Any

# Where it is from Python 3.12 on, where it was before, and for a Python without its own.
PLACES = ("_sha2", "_sha256", "hashlib")


def _find() -> Any:
    for name in PLACES:
        try:
            return __import__(name).sha256
        except ImportError:
            continue
    raise ImportError("this Python has no SHA-256")


_sha256 = _find()


def sha256_of(data: bytes) -> str:
    return str(_sha256(data).hexdigest())
