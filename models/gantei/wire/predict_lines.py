"""What a `gantei serve` answers line by line, in NDJSON; see `schemas`."""

from pydantic import Field

from .schemas import PhotographEntry, ProblemDocument
from .wire_object import WireObject, left_out_unless


class PhotographLine(WireObject):
    """A line of an answer in NDJSON: a photograph, as soon as it is done."""

    index: int = Field(ge=0, description="Its place among those that were sent, from 0.")
    photograph: PhotographEntry


class LastLine(WireObject):
    """The last line of an answer in NDJSON; without one, the answer has been cut off."""

    complete: bool = Field(description="Whether there was a line for every photograph.")
    photographs: int = Field(ge=0, description="How many were sent.")
    answered: int = Field(ge=0, description="How many lines there were before this one.")
    refused: int = Field(ge=0, description="How many of these have a problem.")
    problem: ProblemDocument = left_out_unless("where it is not complete: why")
