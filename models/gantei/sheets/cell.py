"""What a sheet shows of one photograph: it with boxes, each network's input, and what is odd."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError, drop_tracebacks
from ..findings.finding import Finding
from ..manifests.manifest import Manifest
from ..photographs.appearance import Appearance
from ..photographs.eyes import WITHOUT_EYE, Eye
from ..photographs.listing import StudyPhotograph
from ..photographs.network_view import NetworkView
from ..photographs.oddities import findings_on_photograph
from ..photographs.photograph import Photograph, open_with_eye
from ..photographs.preprocessing import findings_on, views_of
from ..photographs.resampling import Box
from .boxed_photograph import draw_boxed


@dataclass(frozen=True)
class SeenInput:
    """What networks see of a photograph: RGB of their input's size, mirrored where they have it so.

    `box`: the number of the box on the photograph that it fills.
    """

    estimators: tuple[str, ...]
    picture: Image.Image
    box: int
    mirrored: bool


@dataclass(frozen=True)
class Cell:
    """One photograph of a sheet.

    Attributes:
        number: its place in the table, from 1.
        name: as the table has it.
        photograph: drawn small, with the boxes; None: it cannot be decoded.
        size: (height, width) of it in px, where it was read.
        appearance: what it looks like, where it can be read.
        inputs: what each network sees; networks that see the same share one.
        eye: the side, where anything tells it.
        person: whose eye it is, where anything tells it.
        findings: with the estimators that say them; none of them: of the photograph itself.
        error: why there is no estimate.
        unseen: the estimators whose networks see nothing, where others see something.
        told: codes that a table has of it, and that nothing here finds.
    """

    number: int
    name: str
    photograph: Image.Image | None
    size: tuple[int, int] | None = None
    appearance: Appearance | None = None
    inputs: tuple[SeenInput, ...] = ()
    eye: Eye | None = None
    findings: tuple[tuple[tuple[str, ...], Finding], ...] = ()
    error: PhotographError | None = None
    unseen: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    person: str | None = None

    @property
    def networks(self) -> int:
        """How many networks were asked."""
        return sum(len(seen.estimators) for seen in self.inputs) + len(self.unseen)

    def codes(self) -> frozenset[str]:
        """What was found here, by its codes."""
        errors = {self.error.code} if self.error else set()
        return frozenset(errors | {finding.code for _, finding in self.findings})


def cell_of(
    number: int, listed: StudyPhotograph, manifests: Sequence[Manifest], *, allow_grey: bool
) -> Cell:
    """Look at a photograph as the networks of these manifests do; what is wrong is in the cell.

    Raises:
        UnsettledError: a fact of an input is unknown.
    """
    eye = listed.eye if isinstance(listed.eye, Eye) else None
    wrong: PhotographError | None = None
    seeing = manifests
    try:
        photograph = open_with_eye(listed.source, listed.eye, allow_grey=allow_grey)
        eye = photograph.eye
        try:
            seen = _seen(photograph, manifests)
        except PhotographError as error:  # of one network, such as one that needs to know the eye
            drop_tracebacks(error)
            wrong = error
            seeing = [each for each in manifests if _is_seen(photograph, each)]
            seen = _seen(photograph, seeing)
        readable = bool(seeing) or (wrong is not None and wrong.code in WITHOUT_EYE)
        look = photograph.appearance if readable else None
        of_photograph = findings_on_photograph(photograph, eye) if readable else ()
    except PhotographError as error:
        drop_tracebacks(error)
        return Cell(number, listed.name, _drawn_all_the_same(listed), eye=eye, error=error)
    inputs, boxes = _shared(seeing, seen)
    picture = _drawn(photograph, boxes)
    said = [*_of_networks(seeing, [view for view, _ in seen])]
    said += [((), finding) for finding in of_photograph]
    return Cell(
        number,
        listed.name,
        picture,
        size=photograph.size,
        appearance=look,
        inputs=inputs,
        eye=eye,
        findings=tuple(said),
        error=wrong,
        unseen=tuple(each.name for each in manifests if each not in seeing) if seeing else (),
    )


def _seen(photograph: Photograph, manifests: Sequence[Manifest]) -> list[tuple[NetworkView, bool]]:
    asked = ((each.input, each.reduced_decoding is not None) for each in manifests)
    return views_of(photograph, asked)


def _is_seen(photograph: Photograph, manifest: Manifest) -> bool:
    try:
        _seen(photograph, [manifest])
    except PhotographError:
        return False
    return True


def _drawn_all_the_same(listed: StudyPhotograph) -> Image.Image | None:
    """The photograph that no network sees, so that a person sees why, as far as it is decoded."""
    try:
        return _drawn(open_with_eye(listed.source, listed.eye, allow_grey=True), ())
    except PhotographError:
        return None


def _drawn(photograph: Photograph, boxes: Sequence[Box]) -> Image.Image | None:
    """It with its boxes; a network's own decoder may read what the one for people does not."""
    try:
        return draw_boxed(photograph, boxes)
    except PhotographError:
        return None


def _shared(
    manifests: Sequence[Manifest], seen: Sequence[tuple[NetworkView, bool]]
) -> tuple[tuple[SeenInput, ...], list[Box]]:
    """The inputs that differ, and the boxes that differ, in the order of the estimators."""
    boxes: list[Box] = []
    names: dict[tuple[int, bool], list[str]] = {}
    views: dict[tuple[int, bool], NetworkView] = {}
    for manifest, (view, mirrored) in zip(manifests, seen, strict=True):
        key = id(view), mirrored
        names.setdefault(key, []).append(manifest.name)
        views[key] = view
        if view.box not in boxes:
            boxes.append(view.box)
    inputs = (
        SeenInput(tuple(names[key]), _picture(view, mirrored=key[1]), boxes.index(view.box), key[1])
        for key, view in views.items()
    )
    return tuple(inputs), boxes


def _picture(view: NetworkView, *, mirrored: bool) -> Image.Image:
    """The view as RGB of 8 bits; what a resampling without rounding gives is rounded."""
    pixels: NDArray[np.uint8] | NDArray[np.float32] = view.pixels
    if pixels.dtype != np.uint8:
        pixels = np.rint(np.clip(pixels, 0, 255)).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels))


def _of_networks(
    manifests: Sequence[Manifest], views: Sequence[NetworkView]
) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """What is odd about what networks see, once for all that say the same."""
    said: dict[Finding, list[str]] = {}
    for manifest, view in zip(manifests, views, strict=True):
        for finding in findings_on(view, manifest.input):
            said.setdefault(finding, []).append(manifest.name)
    for finding, names in said.items():
        yield tuple(names), finding
