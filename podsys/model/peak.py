"""What a GPU can compute at most, by its maker's data sheet: the measure of a utilisation."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from podsys.model.platform import PciId


class Peak(BaseModel):
    """One entry of podsys/catalog/peaks/*.yaml. `bf16_tflops`: dense, without sparsity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gpu: PciId
    name: str
    bf16_tflops: float = Field(gt=1, lt=20_000)
    source: str = Field(min_length=10)
    date: str
