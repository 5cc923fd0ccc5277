"""What a photograph looks like, as the service's answers have it."""

from pydantic import Field

from ..photographs.field_of_view import Around
from .wire_object import WireObject


class PhotographAppearance(WireObject):
    """What a photograph looks like, whichever estimator looks at it: `gantei.Appearance`."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    field: Around = Field(description="What was found of a field of view.")
    left: int = Field(description="Of the field's box, in pixels of the upright photograph.")
    top: int
    right: int
    bottom: int
    share: float = Field(description="Of the photograph that the field takes.")
    roundness: float | None = Field(description="Width to height of a field that is an ellipse.")
    beside: float = Field(description="Share of a disc's surroundings that is no surround.")
    surround: int = Field(description="How bright the surround of a disc is, of 255.")
    brightness: float = Field(description="Mean of the brightest channel in the field, of 255.")
    clipped: float = Field(description="Share of the field with two channels at their limit.")
    red_to_blue: float = Field(description="Mean red to mean blue in the field.")
    colour: float = Field(description="How far from a single tint; 0 is grey.")
    ordered: float = Field(description="Share of the field with red above green above blue.")
    edges: float = Field(description="Share of the field with steep edges.")
    evenness: float | None = Field(description="Darkest to brightest part of a disc.")
    sharpness: float | None = Field(description="Fine to coarse detail; null: too dim to tell.")
    depth: int = Field(description="Bits of a value in use.")
    largest: int | None = Field(description="The largest value of a file of more than 8 bits.")
