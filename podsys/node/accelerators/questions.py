"""Questions to NVML about one GPU, each by itself.

What a GPU does not support is None, and so is an answer that cannot be true. Only a GPU that
does not answer at all any more ends the questions.
"""

from typing import Any, Callable, List, Optional, Sequence

from ..values import LARGEST, bounded, word

# No counter comes near this; NVML fills what it does not know with ones.
COUNT = LARGEST >> 1
# By NVML's type of a value: double, unsigned int, long and long long, signed long long and int.
MEMBERS = {1: "uiVal", 2: "ulVal", 3: "ullVal", 4: "sllVal", 5: "siVal"}


class Lost(Exception):
    """The GPU does not answer any more; the text is NVML's own."""


class Questions:
    """`nvml` is the module pynvml, `handle` a device of it."""

    def __init__(self, nvml: Any, handle: Any) -> None:
        self.nvml = nvml
        self._handle = handle
        self._fatal = (nvml.NVML_ERROR_GPU_IS_LOST, nvml.NVML_ERROR_RESET_REQUIRED)

    def ask(self, question: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return question(self._handle, *arguments)
        except self.nvml.NVMLError as error:
            if error.value in self._fatal:
                raise Lost(words_of(error))
            return None
        except ValueError:  # a text in no encoding
            return None

    def number(self, most: int, question: Callable[..., Any], *arguments: Any) -> Optional[int]:
        found = self.ask(question, *arguments)
        return bounded(found, most) if isinstance(found, int) else None

    def flag(self, question: Callable[..., Any]) -> Optional[bool]:
        """Of a mode that is in force and one that is pending, the first."""
        found = self.ask(question)
        found = found[0] if isinstance(found, (list, tuple)) else found
        return bool(found) if found in (0, 1) else None

    def word(self, question: Callable[..., Any]) -> str:
        found = self.ask(question)
        return word(found) if isinstance(found, str) else ""

    def fields(self, field: int, scopes: Sequence[int]) -> List[Optional[int]]:
        """One field for each of some links, all in one question."""
        wanted = [(field, scope) for scope in scopes]
        found = self.ask(self.nvml.nvmlDeviceGetFieldValues, wanted) if wanted else []
        return [_value(one) for one in found] if found else [None] * len(wanted)


def _value(found: Any) -> Optional[int]:
    member = MEMBERS.get(found.valueType) if found.nvmlReturn == 0 else None
    return bounded(getattr(found.value, member), COUNT) if member else None


def words_of(error: Any) -> str:
    """What NVML says of an error: GPU is lost"""
    try:
        return word(str(error)) or "NVML error %s" % error.value
    except ValueError:
        return "NVML error %s" % error.value


def name_error(nvml: Any, error: Any) -> str:
    """With NVML's own name for it: NVML_ERROR_DRIVER_NOT_LOADED: Driver Not Loaded"""
    names = [name for name in dir(nvml) if name.startswith("NVML_ERROR_")]
    known = {getattr(nvml, name): name for name in names}
    return "%s: %s" % (known.get(error.value, "NVML error %s" % error.value), words_of(error))
