"""What is odd about how a photograph looks; nothing is dropped for it, unless a study asks so.

The limits were chosen on 13 real photographs, on drawings, and on pictures that are none;
`benchmarks/pictures.py` counts what they flag, and docs/pictures.md has its table.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..findings.finding import Finding
from .appearance import Appearance
from .eyes import Eye

if TYPE_CHECKING:
    from .photograph import Photograph

MOST_SQUEEZED = 1.03
MOST_BESIDE = 0.003
BRIGHTEST_SURROUND = 64
"""The grey surrounds of cameras are darker."""
LEAST_PIXELS = 200
LEAST_BRIGHTNESS = 50
MOST_CLIPPED = 0.01
LEAST_EVENNESS = 0.25
LEAST_SHARPNESS = 0.1
LEAST_RED_TO_BLUE = 1.0
"""Red was above blue in 95 of 96 public photographs with a disc, in a survey of 2026-11 for this
limit; `benchmarks/pictures.py` measures others."""
LEAST_COLOUR, MOST_COLOUR = 0.012, 0.2
MOST_EDGES = 0.02
LEAST_ORDERED = 0.5


def findings_on_photograph(photograph: "Photograph", eye: Eye | None) -> tuple[Finding, ...]:
    """Say all that is odd about a photograph itself: its file, its looks, and what tells its eye.

    Raises:
        PhotographError: as `Photograph.picture`.
    """
    look = oddities(photograph.appearance)  # decodes, after which its file is known
    return photograph.findings + look + (eye.findings if eye else ())


def oddities(look: Appearance) -> tuple[Finding, ...]:
    """Say what is odd about a photograph, in the order in which one would look at it."""
    return (*_of_field(look), *_of_light(look), *_of_colour(look))


def _of_field(look: Appearance) -> Iterator[Finding]:
    if look.roundness and not 1 / MOST_SQUEEZED <= look.roundness <= MOST_SQUEEZED:
        yield Finding("squeezed", ratio=look.roundness)  # which says that there is no disc, too
    elif look.field != "disc":
        yield Finding("no-disc", around=look.field)
    if look.beside > MOST_BESIDE or look.surround > BRIGHTEST_SURROUND:
        yield Finding("more-than-disc", beside=look.beside, surround=look.surround)
    side = max(look.right - look.left, look.bottom - look.top)
    if side < LEAST_PIXELS:
        yield Finding("few-pixels", side=side, least=LEAST_PIXELS)


def _of_light(look: Appearance) -> Iterator[Finding]:
    if look.brightness < LEAST_BRIGHTNESS:
        yield Finding("dim", brightness=look.brightness, least=LEAST_BRIGHTNESS)
    if look.clipped > MOST_CLIPPED:
        yield Finding("overexposed", share=100 * look.clipped)
    if look.evenness is not None and look.evenness < LEAST_EVENNESS:
        yield Finding("one-side-dark", share=100 * look.evenness)
    if look.sharpness is not None and look.sharpness < LEAST_SHARPNESS:
        yield Finding("blurred", sharpness=look.sharpness)


def _of_colour(look: Appearance) -> Iterator[Finding]:
    tinted = look.colour < LEAST_COLOUR
    swapped = look.red_to_blue < LEAST_RED_TO_BLUE and not tinted
    if tinted:
        yield Finding("one-tint")
    if swapped:
        yield Finding("red-below-blue", ratio=look.red_to_blue)
    out_of_order = look.ordered < LEAST_ORDERED and not (tinted or swapped)
    if look.edges > MOST_EDGES or look.colour > MOST_COLOUR or out_of_order:
        yield Finding("unlike-retina")
