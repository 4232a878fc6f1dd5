"""rccl-tests: nccl-tests for AMD; the same table, with lines of its own around it."""

from __future__ import annotations

import re

from podsys.core.parsers.nccl_tests import KNOWN_BAD as NCCL_BAD
from podsys.core.parsers.nccl_tests import KNOWN_GOOD as NCCL_GOOD
from podsys.core.parsers.nccl_tests import parse_as, speaks_nccl
from podsys.model.output import ToolOutput

TOOL = "rccl-tests"
_RCCL = re.compile(r"\brccl\b|rccl-tests|librccl", re.IGNORECASE)


def recognises(text: str) -> bool:
    return bool(_RCCL.search(text)) and speaks_nccl(text)


def parse(text: str) -> ToolOutput:
    return parse_as(text, TOOL)


_BANNER = "rccl-tests: Version develop:1a2b3c4\n"
KNOWN_GOOD = _BANNER + NCCL_GOOD
KNOWN_BAD = tuple(_BANNER + sample for sample in NCCL_BAD)
