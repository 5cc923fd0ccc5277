"""What a `gantei serve` answers under /v2, the Open Inference Protocol; see `schemas`."""

from typing import Literal

from pydantic import Field

from .wire_object import WireObject, left_out_unless


class Live(WireObject):
    """The process answers (Open Inference)."""

    live: Literal[True]


class ServerMetadata(WireObject):
    """Who answers (Open Inference)."""

    name: Literal["gantei"]
    version: str
    extensions: list[str]


class TensorMetadata(WireObject):
    """An input or output of a model; -1 stands for any number of photographs."""

    name: str
    datatype: Literal["BYTES", "FP32"]
    shape: list[int]


class ModelParameters(WireObject):
    """What to know before using any result of this model (Open Inference)."""

    warnings: str = Field(description="An English sentence per line.")
    codes: str = Field(description="The code of each, with spaces between.")


class ModelMetadata(WireObject):
    """An estimator as a model (Open Inference)."""

    name: str
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
    parameters: ModelParameters


class ModelReady(WireObject):
    """The estimator has passed its check (Open Inference)."""

    name: str
    ready: Literal[True]


class InferenceOutput(TensorMetadata):
    """An output: a number or text for each photograph; null where it could not be estimated."""

    data: list[float | str | None] = left_out_unless(
        "where the request does not ask for binary data"
    )
    parameters: dict[str, int] = left_out_unless("with its size, where it is binary data")


class InferenceAnswer(WireObject):
    """The outputs that were asked for (Open Inference)."""

    model_name: str
    id: str = left_out_unless("where the request had one")
    parameters: ModelParameters
    outputs: list[InferenceOutput]
