"""What a photograph looks like, as the service's answers have it."""

from pydantic import Field

from ..photographs.field_of_view import Around
from .wire_object import WireObject


class PhotographAppearance(WireObject):
    """What a photograph looks like, whichever estimator looks at it: `gantei.Appearance`."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    field: Around = Field(description="The field of view that was found.")
    left: int = Field(description="Of the field's box, in pixels of the upright photograph.")
    top: int
    right: int
    bottom: int
    share: float = Field(description="Share of the photograph's area that the field takes.")
    roundness: float | None = Field(description="Width over height of the field; null: no ellipse.")
    beside: float = Field(description="Share around a disc that is not its surround.")
    surround: int = Field(description="How bright the surround of a disc is, of 255.")
    brightness: float = Field(description="Mean of the brightest channel in the field, of 255.")
    clipped: float = Field(description="Share of the field with two channels saturated.")
    red_to_blue: float = Field(description="Mean red to mean blue in the field.")
    colour: float = Field(description="How far from a single tint; 0 is grey.")
    ordered: float = Field(description="Share of the field with red above green above blue.")
    edges: float = Field(description="Share of the field with steep edges.")
    evenness: float | None = Field(description="Darkest to brightest of 4 x 4 parts of a disc.")
    sharpness: float | None = Field(description="Fine to coarse detail; null: too dim to tell.")
    depth: int = Field(description="Bits of a value in use.")
    largest: int | None = Field(description="The largest value of a file of more than 8 bits.")
