"""Values as JSON, without loading the package json, which takes longer than all of them.

The encoder is the one which that package uses itself; without it, the package is loaded.
"""

from typing import Any


def encode(value: Any) -> str:
    try:
        return "".join(_ENCODER(value, 0))
    except NameError:
        from json import dumps

        return dumps(value, allow_nan=False)


def _refuse(value: Any) -> Any:
    raise TypeError("%s is no JSON" % type(value).__name__)


try:
    from _json import encode_basestring_ascii, make_encoder

    _ENCODER = make_encoder(
        None, _refuse, encode_basestring_ascii, None, ": ", ", ", False, False, False
    )
except (ImportError, TypeError):
    pass
