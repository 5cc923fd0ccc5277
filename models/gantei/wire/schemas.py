"""What a `gantei serve` answers under /v1: the one description that both ends share.

The server describes its answers by these shapes in /openapi.json, and the tests hold its real
answers against them; the client and `gantei pull` read answers by them. Members that a reader does
not know are of a later version, and are passed over.
"""

import json
from typing import Annotated, Any, Literal, get_args

from pydantic import Field
from typing_extensions import TypeAliasType

from ..explanations.explanation import Quantity
from ..findings.finding import Finding
from ..findings.wording import Language
from ..manifests.fields import Name, Sha256, Side
from ..photographs.eyes import EyeOrigin
from .photograph_appearance import PhotographAppearance
from .wire_object import WireObject, left_out_unless

LONGEST_ESTIMATOR_LIST = 10_000_000
"""Bytes of an `EstimatorList` that a reader takes."""
LONGEST_WORDS = 100_000
"""Characters of a finding's text and advice that a reader takes."""

EyeSide = TypeAliasType("EyeSide", Side)
EyeFrom = TypeAliasType("EyeFrom", EyeOrigin)
"""Named in the description, so that generated clients have one type of each."""


class WireFinding(WireObject):
    """What was found, as a code that programs compare, and the values that its wording names."""

    code: str = Field(pattern="^[a-z0-9-]+$")
    values: dict[str, Any]

    def finding(self) -> Finding:
        """Give it as the library has it; a code of a later version is kept as it is.

        Raises:
            ValueError: a language cannot word it with these values, or not within `LONGEST_WORDS`.
        """
        json.dumps(self.values, allow_nan=False)  # as an answer and a run manifest have them
        finding = Finding(self.code, **self.values)
        try:
            words = [finding.text(each) + finding.advice(each) for each in get_args(Language)]
        except (ArithmeticError, LookupError, TypeError) as error:
            raise ValueError(f"not the values of {self.code}: {error}") from error
        if max(map(len, words)) > LONGEST_WORDS:
            raise ValueError(f"{self.code} in more than {LONGEST_WORDS} characters")
        return finding


class EntryProblem(WireFinding):
    """Why one photograph was not estimated (RFC 9457); `code` says what is wrong exactly."""

    type: str = Field(pattern="^(urn:problem-type:gantei:[a-z-]+|about:blank)$")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = left_out_unless("where the title does not say all")


class ProblemDocument(EntryProblem):
    """Why a request was not answered (RFC 9457)."""

    request_id: str = Field(description="The same as X-Request-Id; the log has it.")
    error: str = left_out_unless("under /v2, where clients look for it")


class WordedFinding(WireFinding):
    """What was found, also as an English sentence."""

    text: str


class PixelSize(WireObject):
    """Pixels of the upright photograph."""

    height: int = Field(ge=1)
    width: int = Field(ge=1)


class ValueWithUnit(WireObject):
    """A number and its unit: one of the manifest, such as years, or probability."""

    value: float
    unit: str


class MapBox(WireObject):
    """Where the map lies on the upright photograph, in pixels; it may reach beyond the edges."""

    left: float
    top: float
    right: float
    bottom: float


class ExplanationMap(WireObject):
    """What each place adds to the value: the mean of all rows plus the bias is the answer."""

    of: str = Field(description="The value that is explained.")
    unit: str
    quantity: Quantity = Field(description="What the numbers are.")
    bias: float
    rows: list[list[float]]
    box: MapBox
    embedding: list[float] = Field(description="The network's last features, averaged.")


class Overlay(WireObject):
    """The photograph with the map laid over it."""

    media_type: Literal["image/png"]
    base64: str


class ValueWithInterval(WireObject):
    """A value as a site's calibration has it, in the unit of the raw one, and its interval.

    Of a number, where the real value of a person lies at the calibration's level; of a
    probability, how far the probability itself is uncertain.
    """

    value: float
    low: float | None = Field(description="null: too few people to give an interval here.")
    high: float | None


class AppliedCalibration(WireObject):
    """The calibration that made calibrated values and their intervals."""

    site: str
    date: str = Field(description="Such as 2026-11-29.")
    level: float = Field(description="Of the intervals, such as 0.9.")
    people: int = Field(ge=0, description="How many it was made on.")


class Estimate(WireObject):
    """What one estimator says of a photograph."""

    values: dict[str, ValueWithUnit] = Field(description="As the network answers, uncalibrated.")
    warnings: list[WordedFinding] = Field(
        description="What to know before using the values, beside the photograph's `findings`."
    )
    calibrated: dict[str, ValueWithInterval] = left_out_unless(
        "where the estimator is served with a calibration; by the names of `values`"
    )
    calibrated_by: AppliedCalibration = left_out_unless("with `calibrated`")
    distance: float = left_out_unless(
        "where the calibration has embeddings: how far the photograph lies from those calibrated "
        "on; 1 is the limit of what they reach"
    )
    calibration_warnings: list[WordedFinding] = left_out_unless(
        "with `calibrated`: what to know before using it, such as that a photograph lies outside "
        "what was calibrated on"
    )
    map: ExplanationMap = left_out_unless("where the request asks for a map or an overlay")
    overlay: Overlay = left_out_unless("where the request asks for it")


class EstimatedPhotograph(WireObject):
    """A photograph that every estimator answered."""

    name: str | None = Field(description="As it was sent; null for a picture that was sent alone.")
    sha256: Sha256 = Field(description="Of the bytes as they were sent.")
    size: PixelSize
    eye: EyeSide | None = Field(description="Which eye it shows, where that is known.")
    eye_from: EyeFrom | None = Field(
        description="What tells it: detected is assumed, by the optic disc."
    )
    estimates: dict[str, Estimate] = Field(description="By the estimator's name.")
    findings: list[WordedFinding] = Field(
        [], description="What is odd about the photograph itself, whichever estimator looks at it."
    )
    appearance: PhotographAppearance | None = Field(
        None, description="What it looks like, in numbers."
    )


class RefusedPhotograph(WireObject):
    """A photograph that could not be estimated; it changes nothing for the others."""

    name: str | None
    sha256: Sha256 | None
    size: PixelSize | None
    eye: EyeSide | None
    eye_from: EyeFrom | None
    problem: EntryProblem


PhotographEntry = TypeAliasType(
    "PhotographEntry",
    Annotated[
        EstimatedPhotograph | RefusedPhotograph,
        Field(description="One that was estimated, or refused."),
    ],
)


class PredictAnswer(WireObject):
    """An entry for each photograph, in the order in which they were sent."""

    photographs: list[PhotographEntry]


class FileDigest(WireObject):
    """A file to download."""

    bytes: int = Field(ge=0)
    sha256: Sha256


class ServedCalibration(AppliedCalibration):
    """Where, when and on whom an estimator was calibrated; nobody is named."""

    photographs: int = Field(ge=0)
    ages: list[float] | None = Field(description="The least and the greatest, in years.")
    sexes: dict[str, int] = Field(description="How many people of each.")
    cameras: dict[str, int] = Field(description="How many photographs by each.")
    sha256: Sha256 = Field(description="Of the calibration's file, as it is written.")
    values: list[str] = Field(description="The names of the values that are calibrated.")
    distance: bool = Field(description="Whether estimates have a `distance`.")


class ListedEstimator(WireObject):
    """An estimator that is served."""

    name: Name
    title: str
    title_ja: str
    notice: str
    notice_ja: str
    task: str
    state: Literal["checking", "ready", "failed"]
    device: Literal["cpu", "cuda"]
    values: dict[str, str] = Field(description="The unit of each value.")
    complements: dict[str, str] = Field(
        default={}, description="Of a probability of two labels, the other label, by its value."
    )
    warnings: list[WordedFinding]
    remarks: list[WordedFinding] = Field(description="Of the warnings, those about its signature.")
    needs_eye: bool = Field(description="Whether it takes left eyes mirrored.")
    calibration: ServedCalibration = left_out_unless("where it is served with one")
    no_map: WordedFinding | None = Field(
        description="Why it gives no map; null where it gives one."
    )
    files: dict[str, FileDigest]


class RequestLimits(WireObject):
    """What a request may hold."""

    body_bytes: int = Field(ge=1)
    photographs: int = Field(ge=1)


class EstimatorList(WireObject):
    """All estimators that are served, the versions of the software, and what a request may hold."""

    gantei: str
    python: str
    versions: dict[str, str]
    limits: RequestLimits
    estimators: list[ListedEstimator]


class DescribedEstimator(ListedEstimator):
    """An estimator with its manifest."""

    manifest: dict[str, Any] = Field(description="The tables of estimator.toml.")
    calibration_record: dict[str, Any] = left_out_unless(
        "with `calibration`: all that its file says, but for the embeddings"
    )


class Reloaded(WireObject):
    """What is served after a reload."""

    estimators: list[str] = Field(description="Their names.")
    tokens: int | None = Field(description="How many are let in.")
    certificate_expires: str | None = Field(
        description="As 2027-02-28T12:00:00+00:00; null where a proxy has the certificate."
    )


class Alive(WireObject):
    """The process answers."""

    alive: bool = Field(description="Always true: otherwise the status is not 200.")


class Ready(WireObject):
    """Every estimator has passed its check."""

    ready: bool = Field(description="Always true: otherwise the status is not 200.")
