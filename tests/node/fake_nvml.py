"""NVML played by Python below the real pynvml: what each call answers is told beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pynvml
import pytest

SUCCESS, NOT_SUPPORTED, LOST = 0, 3, 15
# Each GPU's field values, by field and scope (a link's number).
Fields = dict[tuple[int, int], int]


class FakeNvml:
    """`answers` by name of the call: a code for an error, or values for what it fills in."""

    def __init__(self, answers: dict[str, Any], fields: Fields) -> None:
        self.answers = answers
        self.fields = fields
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or not hasattr(pynvml, name.removesuffix("_v2")):
            raise AttributeError(name)
        return lambda *arguments: self._answer(name, arguments)

    def _answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        self.asked.append(name)
        if name == "nvmlDeviceGetFieldValues":
            return self._fill_fields(arguments[2]._obj)
        if name == "nvmlErrorString":
            return self.answers.get(name, b"words")
        answer = self.answers.get(name, Code(NOT_SUPPORTED))
        if isinstance(answer, Code):
            return answer
        filled = [one for one in arguments if hasattr(one, "_obj") or hasattr(one, "raw")]
        for place, value in zip(filled, answer, strict=False):
            _fill(getattr(place, "_obj", place), value)
        return SUCCESS

    def _fill_fields(self, values: Any) -> int:
        for value in values:
            known = self.fields.get((value.fieldId, value.scopeId))
            value.nvmlReturn = NOT_SUPPORTED if known is None else SUCCESS
            value.valueType = pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG
            value.value.ullVal = known or 0
        return SUCCESS


class Code(int):
    """What a call returns instead of an answer."""


def _fill(place: Any, value: Any) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            setattr(place, name, part)
    else:
        place.value = value


def start(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], fields: Fields | None = None
) -> FakeNvml:
    """The library of this process until the end of a test."""
    library = FakeNvml({"nvmlInitWithFlags": (), **answers}, fields or {})
    monkeypatch.setattr(pynvml, "nvmlLib", library)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    return library
