"""The shapes of the answers, for /openapi.json; the tests hold real answers against them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gantei.manifests.fields import Side
from gantei.photographs.eyes import EyeOrigin

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


def left_out_unless(when: str) -> Any:
    """Describe a member that is not always there; it is never null."""
    return Field(None, description=f"There {when}.", json_schema_extra=_without_default)


class Shape(BaseModel):
    """An object that has these members and no others."""

    model_config = ConfigDict(extra="forbid")


class EntryProblem(Shape):
    """Why one photograph was not estimated (RFC 9457)."""

    type: str = Field(pattern="^(urn:problem-type:gantei:[a-z-]+|about:blank)$")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = left_out_unless("where the title does not say all")


class ProblemDocument(EntryProblem):
    """Why a request was not answered (RFC 9457)."""

    request_id: str = Field(description="The same as X-Request-Id; the log has it.")
    error: str = left_out_unless("under /v2, where clients look for it")


class Said(Shape):
    """What is odd, in a code with values that programs compare, and in an English sentence."""

    code: str
    values: dict[str, Any]
    text: str


class Size(Shape):
    """Pixels of the upright photograph."""

    height: int = Field(ge=1)
    width: int = Field(ge=1)


class Value(Shape):
    """A number and its unit: one of the manifest, such as years, or probability."""

    value: float
    unit: str


class Box(Shape):
    """Where the map lies on the upright photograph, in pixels; it may reach beyond the edges."""

    left: float
    top: float
    right: float
    bottom: float


class Map(Shape):
    """What each place adds to the value: the mean of all rows plus the bias is the answer."""

    of: str = Field(description="The value that is explained.")
    unit: str
    bias: float
    rows: list[list[float]]
    box: Box
    embedding: list[float] = Field(description="The network's last features, averaged.")


class Overlay(Shape):
    """The photograph with the map laid over it."""

    media_type: Literal["image/png"]
    base64: str


class Estimate(Shape):
    """What one estimator says of a photograph."""

    values: dict[str, Value]
    warnings: list[Said] = Field(description="What to know before using the values.")
    map: Map = left_out_unless("where a map or an overlay was asked for")
    overlay: Overlay = left_out_unless("where it was asked for")


class Estimated(Shape):
    """A photograph that every estimator answered."""

    name: str | None = Field(description="As it was sent; null of a raw picture.")
    sha256: Sha256 = Field(description="Of the bytes as they were sent.")
    size: Size
    eye: Side | None = Field(description="Which eye it shows, where that is known.")
    eye_from: EyeOrigin | None = Field(
        description="What tells it: detected is assumed, by the optic disc."
    )
    estimates: dict[str, Estimate] = Field(description="By the estimator's name.")


class Refused(Shape):
    """A photograph that could not be estimated; it changes nothing for the others."""

    name: str | None
    sha256: Sha256 | None
    size: Size | None
    eye: Side | None
    eye_from: EyeOrigin | None
    problem: EntryProblem


class Answer(Shape):
    """An entry for each photograph, in the order in which they were sent."""

    photographs: list[Estimated | Refused]


class FileFacts(Shape):
    """A file to download."""

    bytes: int = Field(ge=0)
    sha256: Sha256


class Listed(Shape):
    """An estimator that is served."""

    name: str
    title: str
    title_ja: str
    notice: str
    notice_ja: str
    task: str
    state: Literal["checking", "ready", "failed"]
    device: str
    values: dict[str, str] = Field(description="The unit of each value.")
    warnings: list[Said]
    remarks: list[Said] = Field(description="Of the warnings, those about its signature.")
    needs_eye: bool = Field(description="Whether it takes left eyes mirrored.")
    no_map: str = Field(description="Why it gives no map; empty where it gives one.")
    files: dict[str, FileFacts]


class Limits(Shape):
    """What a request may hold."""

    body_bytes: int = Field(ge=1)
    photographs: int = Field(ge=1)


class Listing(Shape):
    """All estimators that are served, the versions that compute, and what a request may hold."""

    gantei: str
    python: str
    versions: dict[str, str]
    limits: Limits
    estimators: list[Listed]


class Described(Listed):
    """An estimator with its manifest."""

    manifest: dict[str, Any] = Field(description="The tables of estimator.toml.")


class Alive(Shape):
    """The process answers."""

    alive: Literal[True]


class Ready(Shape):
    """Every estimator has passed its check."""

    ready: Literal[True]


class Live(Shape):
    """The process answers (Open Inference)."""

    live: Literal[True]


class Server(Shape):
    """Who answers (Open Inference)."""

    name: Literal["gantei"]
    version: str
    extensions: list[str]


class Tensor(Shape):
    """An input or output of a model; -1 stands for any number of photographs."""

    name: str
    datatype: Literal["BYTES", "FP32"]
    shape: list[int]


class Sentences(Shape):
    """What every result says beside its numbers, a line each (Open Inference)."""

    warnings: str


class Model(Shape):
    """An estimator as a model (Open Inference)."""

    name: str
    platform: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    parameters: Sentences


class ModelReady(Shape):
    """The estimator has passed its check (Open Inference)."""

    name: str
    ready: Literal[True]


class Output(Tensor):
    """An output: a number or text for each photograph; null where it could not be estimated."""

    data: list[float | str | None] = left_out_unless("where it was not asked for as binary data")
    parameters: dict[str, int] = left_out_unless("with its size, where it is binary data")


class Inference(Shape):
    """The outputs that were asked for (Open Inference)."""

    model_name: str
    id: str = left_out_unless("where the request had one")
    parameters: Sentences
    outputs: list[Output]
