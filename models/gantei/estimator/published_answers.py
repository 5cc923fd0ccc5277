"""What the publisher's own program answered to pictures of theirs, and what we answer.

Whoever has such a picture learns in a second whether weights, decoder, crop, scale and graph are
all those of the publisher. The pictures are not carried here: their digests are.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import SettingError, WeightsError
from ..findings.finding import Finding
from ..inference.network import Network
from ..inference.pipeline import estimate_one
from ..manifests.fields import UNKNOWN
from ..manifests.manifest import Manifest, PublishedAnswer
from ..photographs.photograph import open_photograph
from ..system.files import sha256_of


@dataclass(frozen=True)
class Bounds:
    """How much of a folder is read in search of pictures."""

    files: int
    """Pictures that are hashed; the ones that are called as published come first."""
    bytes: int
    """Of one of them; larger ones are no sample pictures."""


NAMED = Bounds(files=10_000, bytes=50_000_000)
"""Of a folder that somebody names for its sample pictures."""
BESIDE = Bounds(files=200, bytes=5_000_000)
"""Of the folder where a file lies, which nobody asked to search: often that of all downloads. At
most 1 GB is read; camera pictures of full size, of which there may be many, are passed by."""


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


def find_pictures(
    manifest: Manifest, folder: Path, bounds: Bounds = NAMED
) -> list[tuple[PublishedAnswer, Path]]:
    """Find the pictures in `folder` whose published answers the manifest holds.

    A picture is known by its sha256, whatever its name. Folders below are not searched, and files
    that cannot be read are passed by.

    Raises:
        SettingError: the folder cannot be read.
    """
    wanted = {answer.sha256: answer for answer in manifest.answer}
    if not wanted:
        return []
    names = {answer.photograph for answer in wanted.values()}
    endings = {Path(name).suffix.lower() for name in names}
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in endings]
    except OSError as error:
        raise SettingError(f"{folder}: cannot be read: {error.strerror}") from error
    files.sort(key=lambda path: (path.name not in names, path))
    readable = (path for path in files if _is_readable(path, bounds.bytes))
    found = []
    for path in islice(readable, bounds.files):
        with suppress(OSError):
            if answer := wanted.pop(sha256_of(path), None):
                found.append((answer, path))
        if not wanted:
            break
    return found


def _is_readable(path: Path, most: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= most
    except OSError:
        return False


def find_named_pictures(manifest: Manifest, folder: Path) -> list[tuple[PublishedAnswer, Path]]:
    """As `find_pictures`, in a folder that somebody names, which has to hold one of them.

    Raises:
        SettingError: no such picture is there, none is known, or the folder cannot be read.
    """
    found = find_pictures(manifest, folder, NAMED)
    if not found:
        raise SettingError(_none_found(folder, manifest))
    return found


def compare_with_published(
    estimator: Network, pictures: Iterable[tuple[PublishedAnswer, Path]]
) -> list[Comparison]:
    """Answer pictures, as found with the estimator's manifest, beside their published answers.

    Raises:
        WeightsError: an answer differs from the published one by more than the manifest allows.
        PhotographError: a picture cannot be read.
        InferenceError: the network cannot be run.
    """
    compared = [each for answer, path in pictures for each in _compared(estimator, answer, path)]
    if wrong := [each for each in compared if not each.agrees]:
        answers = [
            {
                "photograph": each.photograph,
                "value": each.value,
                "given": each.given,
                "published": each.published,
            }
            for each in wrong
        ]
        raise WeightsError(
            Finding(
                "published-answers-differ",
                estimator=estimator.name,
                answers=answers,
                tolerance=wrong[0].tolerance,
            )
        )
    return compared


def _none_found(folder: Path, manifest: Manifest) -> str:
    if not manifest.answer:
        return (
            f"{manifest.name}: no answers of its publisher are known, so there is none to compare"
        )
    names = ", ".join(answer.photograph for answer in manifest.answer)
    return (
        f"{folder}: none of its pictures is one of those whose published answers are known "
        f"({names}, by their sha256)"
    )


def _compared(estimator: Network, answer: PublishedAnswer, path: Path) -> Iterator[Comparison]:
    eye = None if answer.eye == UNKNOWN else answer.eye
    result = estimate_one(open_photograph(path, eye=eye), [estimator])
    if result.error:
        raise result.error
    for name, published in answer.values.items():
        given = result.values[0].get(name, math.nan)
        yield Comparison(answer.photograph, name, given, published, answer.tolerance)
