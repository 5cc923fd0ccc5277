"""Embeddings of labelled photographs, and of changed copies of them, from an open estimator."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gantei.errors import GanteiError, PhotographError, SettingError, drop_tracebacks
from gantei.estimator.estimator import Estimator
from gantei.inference.parallel import ordered
from gantei.inference.pipeline import estimate, estimate_one
from gantei.labels.exclusions import Exclusion
from gantei.photographs.eyes import EyeOption
from gantei.photographs.photograph import open_with_eye
from gantei.system.cores import cores

from ..learning.labelled_embeddings import LabelledEmbeddings
from .changed_copies import COPIES, changed_copy
from .kept_embeddings import KeptEmbeddings, key_of
from .labelled_photographs import LabelledPhotographs

EmbeddingRow = NDArray[np.float32]
MOST_NUMBERS = 1 << 28
"""Of all embeddings together, copies too: 2 GB of them, and about 10 GB while a head is fitted."""


@dataclass(frozen=True)
class EmbeddedPhotographs:
    """Photographs with their embeddings; those that could not be read are left out.

    Attributes:
        labelled: the photographs that have one; what was left out is among its exclusions.
        data: their embeddings, row by row.
        failed: how many could not be read, by the code of the error.
        unchanged: copies that the estimator cannot look at, in whose place the photograph stands.
    """

    labelled: LabelledPhotographs
    data: LabelledEmbeddings
    failed: dict[str, int]
    unchanged: int = 0


def embed(
    estimator: Estimator,
    labelled: LabelledPhotographs,
    *,
    augment: bool = False,
    allow_grey: bool = False,
    workers: int | None = None,
    kept: KeptEmbeddings | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> EmbeddedPhotographs:
    """Embed photographs, several at a time; those that cannot be read are listed and left out.

    Args:
        estimator: an open one that gives embeddings.
        labelled: the photographs.
        augment: also embed `COPIES` changed copies of each.
        allow_grey: let pictures without colour pass.
        workers: photographs that are decoded at the same time; None: one per core.
        kept: embeddings of an earlier run, which are taken, and to which new ones are added.
        advance: called with the number of photographs that are finished, copies counted too.

    Raises:
        ExplanationError: the estimator gives no embeddings.
        SettingError: too many photographs, of which nothing is decoded then.
        OutputError: no photograph can be read.
        InferenceError: the network fails.
    """
    _refuse_too_many(len(labelled), estimator.embedding_width(), augment=augment)
    embedder = _Embedder(estimator, labelled, kept, workers or cores(), allow_grey, advance)
    rows, errors = embedder.photographs()
    exclusions = [unreadable(labelled, place, str(error)) for place, error in errors.items()]
    left = labelled.only([*rows], exclusions)
    vectors = np.array([*rows.values()], np.float64)
    augmented, unchanged = None, 0
    if augment:
        augmented, unchanged = embedder.copies(left, vectors)
    data = LabelledEmbeddings(
        left.target, vectors, left.truths, left.persons, left.people, left.ages, augmented
    )
    codes = Counter(_code(error) for error in errors.values())
    return EmbeddedPhotographs(left, data, dict(codes.most_common()), unchanged)


def _refuse_too_many(photographs: int, width: int, *, augment: bool) -> None:
    copies = 1 + COPIES * augment
    if photographs * copies * width > MOST_NUMBERS:
        most = MOST_NUMBERS // (copies * width)
        how = "leave --augment out, or give fewer photographs" if augment else "give fewer"
        raise SettingError(
            f"{photographs:,} photographs, in embeddings of {width:,} numbers"
            f"{' with changed copies' if augment else ''}: more than memory is planned for, "
            f"{most:,} at most; {how}"
        )


@dataclass(frozen=True)
class _Embedder:
    """Embeds photographs and their changed copies, several at a time, and keeps what it makes."""

    estimator: Estimator
    labelled: LabelledPhotographs
    kept: KeptEmbeddings | None
    workers: int
    allow_grey: bool
    advance: Callable[[int], object]

    def photographs(self) -> tuple[dict[int, EmbeddingRow], dict[int, GanteiError]]:
        """Embed the photographs: rows, and errors, by their places, both in order."""
        found = {place: self._known(place, 0) for place in range(len(self.labelled))}
        missing = [place for place, row in found.items() if row is None]
        self.advance(len(found) - len(missing))
        errors: dict[int, GanteiError] = {}
        listed = [self.labelled.photographs[place] for place in missing]
        results = estimate(
            (each.source for each in listed),
            [self.estimator],
            allow_grey=self.allow_grey,
            workers=self.workers,
            explain="embedding",
            eyes=[each.eye for each in listed],
        )
        with closing(results):
            for place, result in zip(missing, results, strict=True):
                self.advance(1)
                if result.error is not None:
                    errors[place] = result.error
                else:
                    found[place] = result.embeddings[0]
                    self._keep(place, 0, result.embeddings[0])
        return {place: row for place, row in found.items() if row is not None}, errors

    def copies(
        self, left: LabelledPhotographs, vectors: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], int]:
        """Embed changed copies: float64 (n, COPIES, width), and how many could not be.

        Args:
            left: the photographs that could be read.
            vectors: float64 (n, width), their embeddings, which stand in for such copies.
        """
        within = replace(self, labelled=left)
        found = np.repeat(vectors[:, None, :], COPIES, axis=1)
        unchanged = 0
        with closing(ordered(within._copies_of, range(len(left)), self.workers)) as results:
            for place, rows in enumerate(results):
                self.advance(COPIES)
                for number, row in enumerate(rows):
                    if row is None:
                        unchanged += 1
                        continue
                    found[place, number] = row
                    within._keep(place, number + 1, row)
        return found, unchanged

    def _known(self, place: int, copy: int) -> EmbeddingRow | None:
        return self.kept.get(self._key(place, copy)) if self.kept is not None else None

    def _keep(self, place: int, copy: int, row: EmbeddingRow) -> None:
        if self.kept is not None and self.kept.get(key := self._key(place, copy)) is None:
            self.kept.add(key, row)

    def _key(self, place: int, copy: int) -> bytes:
        listed = self.labelled.photographs[place]
        return key_of(self.labelled.sha256[place], listed.eye, copy, allow_grey=self.allow_grey)

    def _copies_of(self, place: int) -> list[EmbeddingRow | None]:
        """Embed the changed copies of one photograph; None where the estimator refuses one."""
        rows = [self._known(place, number + 1) for number in range(COPIES)]
        if all(row is not None for row in rows):
            return rows
        listed = self.labelled.photographs[place]
        try:
            photograph = open_with_eye(listed.source, listed.eye, allow_grey=self.allow_grey)
            height, width = map(int, self.estimator.manifest.input.size)
            # Larger than what the network sees: turning blurs less than its resampling.
            picture = photograph.picture(photograph.scale(2 * height, 2 * width))
            eye = photograph.eye
        except PhotographError as error:
            drop_tracebacks(error)
            return [None] * COPIES
        return [
            self._copy(picture, eye, self.labelled.sha256[place], number)
            for number in range(COPIES)
        ]

    def _copy(
        self, picture: Image.Image, eye: EyeOption, sha256: str, number: int
    ) -> EmbeddingRow | None:
        try:
            changed = changed_copy(picture, sha256, number)
            copy = open_with_eye(changed, eye, allow_grey=self.allow_grey)
            result = estimate_one(copy, [self.estimator], explain="embedding")
        except PhotographError as error:
            drop_tracebacks(error)
            return None
        return None if result.error is not None else result.embeddings[0]


def _code(error: GanteiError) -> str:
    return error.code if isinstance(error, PhotographError) else "no-number"


def unreadable(labelled: LabelledPhotographs, place: int, why: str) -> Exclusion:
    """Say of a photograph that it is left out because it could not be read."""
    name = labelled.photographs[place].name
    person = labelled.names[int(labelled.persons[place])]
    return Exclusion(name, person, name, "no-estimate", why)
