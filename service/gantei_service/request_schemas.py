"""What requests hold, as the description tells it; what is refused, and why, their readers say.

Only what clients generated from the description can send: an address has one kind of body there,
because generators take the first of several and pass over the others without a word.
"""

from typing import Literal

from pydantic import Field

from gantei.wire.wire_object import WireObject, left_out_unless

from .open_protocol import LONGEST_ID


class PredictForm(WireObject):
    """Photographs to estimate. What stands in the query may be fields of the form instead."""

    photographs: list[bytes] = Field(min_length=1, description="Answered in this order.")


class InputParameters(WireObject):
    """How the data of an input is written (Open Inference)."""

    content_type: Literal["base64"]


class InferenceInput(WireObject):
    """Photographs, or which eyes they show (Open Inference)."""

    name: Literal["photograph", "eye"]
    datatype: Literal["BYTES"]
    shape: list[int] = Field(
        min_length=1, max_length=2, description="The number of photographs; a 1 may follow."
    )
    data: list[str] = Field(
        description="Photographs in Base64; or eyes, for models that have this input: right, left, "
        "unknown or detect."
    )
    parameters: InputParameters = left_out_unless("with photographs")


class RequestedOutput(WireObject):
    """An output to give (Open Inference)."""

    name: str


class InferenceRequest(WireObject):
    """What to estimate, and which outputs to give (Open Inference)."""

    id: str | None = Field(None, max_length=LONGEST_ID, description="The answer has it, too.")
    inputs: list[InferenceInput] = Field(min_length=1, max_length=2)
    outputs: list[RequestedOutput] | None = Field(None, description="Without it, all there are.")
