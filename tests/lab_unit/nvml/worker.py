"""Asks the real pynvml: one request in, one answer out, as lines of JSON.

In a process of its own, so that a library that crashes fails a test and does not end all tests.
"""

import ctypes
import json
import sys

import pynvml
import raw_calls


def main():
    for line in sys.stdin:
        try:
            answer = {"value": plain(call(**json.loads(line)))}
        except pynvml.NVMLError as error:
            answer = {"code": error.value, "text": str(error)}
        except UnicodeDecodeError:
            answer = {"code": 0, "text": "not text"}
        print(json.dumps(answer), flush=True)


def call(name, args):
    """A structure among the arguments is what the function fills: it is the answer."""
    if hasattr(raw_calls, name):
        return getattr(raw_calls, name)(*args)
    made = [make(arg) for arg in args]
    filled = [one for one in made if isinstance(one, ctypes.Structure)]
    passed = [ctypes.byref(one) if isinstance(one, ctypes.Structure) else one for one in made]
    value = getattr(pynvml, name)(*passed)
    return filled[0] if filled else value


def make(arg):
    if isinstance(arg, dict) and "gpu" in arg:
        return raw_calls.find_handle(arg["gpu"])
    if isinstance(arg, dict):
        struct = getattr(pynvml, arg["struct"])()
        for field, value in arg.get("set", {}).items():
            setattr(struct, field, value)
        return struct
    return arg


def plain(value):
    """ctypes as JSON; a handle is the index of its GPU."""
    if isinstance(value, pynvml.c_nvmlFieldValue_t):
        return plain_field(value)
    if isinstance(value, (ctypes.Structure, pynvml.nvmlFriendlyObject)):
        names = [field[0] for field in getattr(value, "_fields_", [])] or vars(value)
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, (list, tuple, ctypes.Array)):
        return [plain(one) for one in value]
    if isinstance(value, pynvml.c_nvmlDevice_t):
        return pynvml.nvmlDeviceGetIndex(value)
    if isinstance(value, ctypes._SimpleCData):
        return value.value
    return value.decode() if isinstance(value, bytes) else value


def plain_field(field):
    if field.nvmlReturn:
        return {"code": field.nvmlReturn}
    kinds = {1: "uiVal", 3: "ullVal", 5: "siVal"}
    return getattr(field.value, kinds[field.valueType])


if __name__ == "__main__":
    main()
