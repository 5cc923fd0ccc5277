"""What the publisher's own program answered to pictures of theirs, and what we answer.

Whoever has such a picture learns in a second whether weights, decoder, crop, scale and graph are
all those of the publisher. The pictures are not carried here: their digests are.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import SettingError, WeightsError
from .files import sha256_of
from .inference import answer_one
from .manifests.fields import UNKNOWN
from .photographs.photograph import open_photograph

if TYPE_CHECKING:
    from .estimator import Estimator
    from .manifests.manifest import Manifest, PublishedAnswer

MOST_FILES = 10_000
"""Files of a folder that are looked at; a download's has a few."""
LARGEST_PICTURE = 50_000_000
"""Bytes of a file that is hashed; larger ones are no sample pictures."""


@dataclass(frozen=True)
class Comparison:
    """One value of one picture, ours and the published one, in the value's unit."""

    photograph: str
    value: str
    given: float
    published: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether they differ by no more than is allowed."""
        return abs(self.given - self.published) <= self.tolerance

    def __str__(self) -> str:
        return f"{self.photograph}: {self.value} {self.given:.4f}, published {self.published:.4f}"


def compare_with_published(
    estimator: "Estimator", folder: Path, *, required: bool = False
) -> list[Comparison]:
    """Answer the pictures of `folder` whose published answers the manifest holds.

    A picture is known by its sha256, whatever its name. Folders below are not searched.

    Args:
        estimator: whose manifest and network they are.
        folder: where the publisher's pictures may lie.
        required: refuse a folder that holds none of them.

    Raises:
        WeightsError: an answer differs from the published one by more than the manifest allows.
        SettingError: with `required`, no such picture is there, or none is known.
        PhotographError: a picture cannot be read.
        InferenceError: the network cannot be run.
    """
    manifest = estimator.manifest
    found = list(_pictures(folder, manifest))
    if required and not found:
        raise SettingError(_none_found(folder, manifest))
    compared = [each for answer, path in found for each in _compared(estimator, answer, path)]
    if wrong := [each for each in compared if not each.agrees]:
        raise WeightsError(
            f"{manifest.name}: answers otherwise than its publisher: "
            f"{'; '.join(map(str, wrong))}; {wrong[0].tolerance:g} is allowed"
        )
    return compared


def _pictures(folder: Path, manifest: "Manifest") -> Iterator[tuple["PublishedAnswer", Path]]:
    wanted = {answer.sha256: answer for answer in manifest.answer}
    if not wanted:
        return
    try:
        files = sorted(folder.iterdir())[:MOST_FILES]
    except OSError as error:
        raise SettingError(f"{folder}: cannot be read: {error.strerror}") from error
    endings = {Path(answer.photograph).suffix.lower() for answer in wanted.values()}
    for path in files:
        if path.suffix.lower() not in endings or not path.is_file():
            continue
        if path.stat().st_size <= LARGEST_PICTURE and (digest := sha256_of(path)) in wanted:
            yield wanted.pop(digest), path


def _none_found(folder: Path, manifest: "Manifest") -> str:
    if not manifest.answer:
        return (
            f"{manifest.name}: no answers of its publisher are known, so there is none to compare"
        )
    names = ", ".join(answer.photograph for answer in manifest.answer)
    return (
        f"{folder}: none of its pictures is one of those whose published answers are known "
        f"({names}, by their sha256)"
    )


def _compared(
    estimator: "Estimator", answer: "PublishedAnswer", path: Path
) -> Iterator[Comparison]:
    eye = None if answer.eye == UNKNOWN else answer.eye
    result = answer_one(open_photograph(path, eye=eye), [estimator])
    if result.error:
        raise result.error
    for name, published in answer.values.items():
        given = result.values[0].get(name, math.nan)
        yield Comparison(answer.photograph, name, given, published, answer.tolerance)
