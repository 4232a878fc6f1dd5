"""What share of its peak a training step used: the peak is the catalog's, by the GPUs' PCI id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from podsys.core.catalog import parse_peaks
from podsys.core.parsers.training import TFLOPS
from podsys.effects.catalog import read_peaks_texts
from podsys.model.facts import NodeFacts
from podsys.model.output import Figure, ToolOutput
from podsys.model.peak import Peak
from podsys.model.problem import raise_problems

MFU, UNIT = "training_mfu", "%"


def load_peaks() -> dict[str, Peak]:
    peaks, problems = parse_peaks(read_peaks_texts())
    raise_problems(problems)
    return {peak.gpu: peak for peak in peaks}


def find_gpus(facts: Iterable[NodeFacts]) -> set[str]:
    """PCI ids of all accelerators."""
    devices = (device for one in facts for device in one.get("pci.devices") or ())
    return {f"{one['vendor']}:{one['device']}" for one in devices if one["kind"] == "gpu"}


def with_mfu(output: ToolOutput, gpus: set[str], peaks: Mapping[str, Peak]) -> ToolOutput:
    """Model FLOPs utilisation: without a peak there is none, and the other numbers stay."""
    [measured] = [figure for figure in output.figures if figure.metric == TFLOPS]
    return replace(output, figures=(_as_mfu(measured, gpus, peaks), *output.figures))


def _as_mfu(measured: Figure, gpus: set[str], peaks: Mapping[str, Peak]) -> Figure:
    blank = Figure(metric=MFU, value=None, unit=UNIT, setup=measured.setup)
    if len(gpus) != 1:
        return replace(blank, problem=f"GPUs of several models: {', '.join(sorted(gpus))}")
    [gpu] = gpus
    if gpu not in peaks:
        return replace(blank, problem=f"no peak of {gpu} is known (podsys/catalog/peaks)")
    peak = peaks[gpu]
    said = {"peak": f"{peak.bf16_tflops:g} TFLOPS ({peak.source})"}
    value = round(100 * (measured.value or 0.0) / peak.bf16_tflops, 3)
    return replace(blank, value=value, setup={**measured.setup, **said})
