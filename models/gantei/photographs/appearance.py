"""What a photograph looks like, in a few numbers, whatever an estimator takes of it.

They come from the averaged picture on which the disc is sought, a hundred or two pixels a side, and
from two bands through the field for its finest detail. A network's view has made both already. A
JPEG that was decoded at 1/2, 1/4 or 1/8 gives the same averages up to rounding, so that the last
digits may depend on which estimators looked.
"""

from dataclasses import dataclass, fields
from typing import Any

from PIL import Image

from . import field_measures
from .deep_values import Depth
from .field_of_view import Around, Field
from .resampling import Box


@dataclass(frozen=True)
class Appearance:
    """What a photograph looks like.

    Its field is the field of view: the part that shows the retina. A disc is a round field, never
    the optic disc; the surround is what lies around it, mostly black.

    Attributes:
        width: of the upright photograph, in pixels.
        height: likewise.
        field: the field of view that was found: `disc`, where it is round; `bright part`, where it
            is not; `picture`, where there is no surround.
        left: of the field's bounding box within the photograph, in pixels.
        top: likewise.
        right: likewise.
        bottom: likewise.
        share: of the photograph's area that the field takes, 0 to 1.
        roundness: width over height of the field, 1 where it is round; None where it is no ellipse.
        beside: share of what lies around a disc that is not its surround: frames, captions,
            windows.
        surround: how bright the surround of a disc is, 0 to 255.
        brightness: mean of the brightest channel within the field, 0 to 255.
        clipped: share of the field where at least two channels are saturated, 0 to 1.
        red_to_blue: mean of red over mean of blue within the field.
        colour: how far red and blue are from what green predicts, relative to the brightness: 0 for
            a grey picture, also one in a single tint.
        ordered: share of the field where red is the brightest channel and blue the darkest, as in a
            retina, 0 to 1.
        edges: share of the field with edges steeper than those of vessels, 0 to 1.
        evenness: brightness of the darkest of 4 x 4 parts of a disc, relative to that of the
            brightest; None where the field is no disc.
        sharpness: fine detail in the field relative to coarse detail, 0 for none; None where it is
            too dim to tell.
        depth: bits of each value that are in use, 8 to 16.
        largest: the largest value in the file, where it has more than 8 bits per value.

    >>> (prediction,) = gantei.load("demo-age").predict("demo/person-00001-left.jpg")
    >>> look = prediction.appearance
    >>> look.field, look.width, look.height, look.depth
    ('disc', 2196, 1464, 8)
    """

    width: int
    height: int
    field: Around
    left: int
    top: int
    right: int
    bottom: int
    share: float
    roundness: float | None
    beside: float
    surround: int
    brightness: float
    clipped: float
    red_to_blue: float
    colour: float
    ordered: float
    edges: float
    evenness: float | None
    sharpness: float | None
    depth: int = 8
    largest: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give all by name, as tables and answers have them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def appearance_of(
    field: Field,
    image: Image.Image,
    size: tuple[int, int],
    frame: Box,
    depth: Depth,
) -> Appearance:
    """Measure a photograph.

    Args:
        field: as it was found on `image`.
        image: upright RGB, maybe decoded at a reduction.
        size: (height, width) of the photograph.
        frame: where it lies in `image`.
        depth: bits of a value in use, and the largest value of a file of more than 8 bits.
    """
    height, width = size
    inside, beside = field_measures.regions(field)
    left, top, right, bottom = field_measures.box(field)
    colours = field_measures.colours(field, inside)
    across, down = (frame[2] - frame[0]) / width, (frame[3] - frame[1]) / height
    return Appearance(
        width=width,
        height=height,
        field=field.square().around,
        left=min(max(round((left - frame[0]) / across), 0), width),
        top=min(max(round((top - frame[1]) / down), 0), height),
        right=min(max(round((right - frame[0]) / across), 0), width),
        bottom=min(max(round((bottom - frame[1]) / down), 0), height),
        share=field_measures.share(field),
        roundness=field_measures.roundness(field),
        beside=beside,
        surround=max(field.lit.surround) if field.lit else 0,
        **colours,
        edges=field_measures.edges(field, inside, colours["brightness"]),
        evenness=field_measures.evenness(field, inside),
        sharpness=field_measures.sharpness(field, image),
        depth=depth.bits,
        largest=depth.largest,
    )
