"""Utilisation of a training step: by the peak of the GPUs that are there, or none at all."""

from __future__ import annotations

from podsys.commands.training import MFU, find_gpus, load_peaks, with_mfu
from podsys.core.parsers.training import KNOWN_GOOD, parse
from podsys.model.facts import NodeFacts, Section

H100, UNHEARD_OF = "10de:2330", "10de:ffff"


def node(*ids: str) -> NodeFacts:
    devices = [
        {"kind": "gpu", "vendor": one[:4], "device": one[5:], "bdf": str(n)}
        for n, one in enumerate(ids)
    ]
    return NodeFacts("n1", sections={"pci": Section("ok", {"devices": devices})})


def test_the_share_of_the_peak() -> None:
    output = with_mfu(parse(KNOWN_GOOD), find_gpus([node(H100, H100)]), load_peaks())
    [mfu] = [figure for figure in output.figures if figure.metric == MFU]
    assert mfu.value == round(100 * 310.143615 / 989, 3)
    assert mfu.unit == "%"
    assert "989 TFLOPS (stas00/ml-engineering" in str(mfu.setup["peak"])
    assert output.is_sound


def test_without_a_peak_there_is_none_and_the_rest_stays() -> None:
    for gpus, reason in (({UNHEARD_OF}, UNHEARD_OF), ({H100, UNHEARD_OF}, "several models")):
        output = with_mfu(parse(KNOWN_GOOD), gpus, load_peaks())
        [mfu] = [figure for figure in output.figures if figure.metric == MFU]
        assert mfu.value is None
        assert reason in mfu.problem
        assert {"training_tokens", "training_tflops"} < {one.metric for one in output.figures}


def test_every_peak_is_one_that_a_gpu_can_have() -> None:
    peaks = load_peaks()
    assert len(peaks) > 8
    for peak in peaks.values():
        assert 100 < peak.bf16_tflops < 5000
        assert peak.date.startswith("202")
