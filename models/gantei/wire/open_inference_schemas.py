"""What a `gantei serve` answers under /v2, the Open Inference Protocol; see `schemas`."""

from typing import Annotated, Literal

from pydantic import Field, RootModel
from typing_extensions import TypeAliasType

from .wire_object import WireObject, left_out_unless


class Live(WireObject):
    """The process answers (Open Inference)."""

    live: bool = Field(description="Always true: otherwise the status is not 200.")


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
    versions: list[str] = Field(description="Each model has one.")
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
    parameters: ModelParameters


class IndexedModel(WireObject):
    """A model in the list of all (Triton)."""

    name: str
    version: str
    state: Literal["READY", "LOADING", "UNAVAILABLE"]
    reason: str = Field(description="Why it cannot be asked; empty where it can.")


class ModelIndex(RootModel[list[IndexedModel]]):
    """All models (Triton)."""


class ConfiguredTensor(WireObject):
    """An input or output in a model's configuration (Triton)."""

    name: str
    data_type: Literal["TYPE_STRING", "TYPE_FP32"]
    dims: list[int]


class SpecificVersions(WireObject):
    """Which versions there are (Triton)."""

    versions: list[int]


class VersionPolicy(WireObject):
    """How versions are chosen (Triton)."""

    specific: SpecificVersions


class ModelConfiguration(WireObject):
    """A model's configuration, as far as it has one (Triton)."""

    name: str
    platform: str
    backend: str
    version_policy: VersionPolicy
    max_batch_size: int = Field(description="0: the number of photographs is part of the shape.")
    input: list[ConfiguredTensor]
    output: list[ConfiguredTensor]


class ModelReady(WireObject):
    """The estimator has passed its check (Open Inference)."""

    name: str
    ready: bool = Field(description="Always true: otherwise the status is not 200.")


class OutputParameters(WireObject):
    """What else is known of an output (Open Inference)."""

    binary_data_size: int = left_out_unless("where it is binary data: its bytes behind the JSON")


class NumberOutput(WireObject):
    """A number for each photograph."""

    name: str
    datatype: Literal["FP32"]
    shape: list[int]
    data: list[float | None] = left_out_unless(
        "where the request does not ask for binary data; null where a photograph could not be "
        "estimated"
    )
    parameters: OutputParameters = left_out_unless("where it is binary data")


class TextOutput(WireObject):
    """A text for each photograph."""

    name: str
    datatype: Literal["BYTES"]
    shape: list[int]
    data: list[str] = left_out_unless("where the request does not ask for binary data")
    parameters: OutputParameters = left_out_unless("where it is binary data")


InferenceOutput = TypeAliasType(
    "InferenceOutput",
    Annotated[
        NumberOutput | TextOutput,
        Field(discriminator="datatype", description="An output: numbers or texts."),
    ],
)


class InferenceAnswer(WireObject):
    """The outputs that were asked for (Open Inference)."""

    model_name: str
    model_version: str
    id: str = left_out_unless("where the request had one")
    parameters: ModelParameters
    outputs: list[InferenceOutput]
