"""Many photographs through several estimators: decoding overlaps inference, memory stays flat.

On a CPU each worker takes a photograph from its bytes to its values, one at a time: batches do not
pay there (measured: batch 8 gives 0.95 of the rate of batch 1). On a GPU the workers decode, and
batches of a fixed size, padded at the end, go through the network one after the other.
"""

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import GanteiError, PhotographError, WeightsError, drop_tracebacks
from ..explanations.explanation import Explanation, Wanted
from ..findings.finding import Finding
from ..photographs.eyes import Eye, Told, paired
from ..photographs.network_view import NetworkView, ViewSpec, look, view_spec
from ..photographs.photograph import Photograph, Source, eye_of, open_told, source_name
from ..photographs.preprocessing import findings_on, is_mirrored, scaled
from ..photographs.resampling import Box
from .parallel import ordered
from .prediction import Prediction, findings_of, values_of

if TYPE_CHECKING:
    from ..estimator.estimator import Estimator

GPU_BATCH = 16

Row = dict[str, NDArray[np.float32]]
"""A network's raw outputs for one photograph, by name."""


@dataclass(frozen=True)
class Answer:
    """What all estimators say of one photograph, or what is wrong with it.

    `embeddings` and `explanations` are there where they were wanted: one an estimator. `eye` is
    there where something tells the side.
    """

    source: str
    sha256: str | None
    values: tuple[dict[str, float], ...]
    findings: tuple[tuple[Finding, ...], ...]
    error: GanteiError | None = None
    embeddings: tuple[NDArray[np.float32], ...] = ()
    explanations: tuple[Explanation, ...] = ()
    eye: Eye | None = None

    def prediction(self, index: int) -> Prediction:
        """Give the part of the estimator that stood at `index`."""
        if self.error is not None:
            return Prediction(self.source, {}, error=self.error, eye=self.eye)
        explanation = self.explanations[index] if self.explanations else None
        return Prediction(
            self.source,
            self.values[index],
            self.findings[index],
            explanation=explanation,
            eye=self.eye,
        )


@dataclass(frozen=True)
class Prepared:
    """A photograph as the networks see it: float32 (height, width, 3), one an estimator.

    With an `error` there is nothing to infer. `boxes` are there where maps are wanted; `mirrored`
    tells of each estimator whether it sees the photograph so.
    """

    source: str
    sha256: str | None
    inputs: tuple[NDArray[np.float32], ...]
    error: GanteiError | None = None
    boxes: tuple[Box, ...] = ()
    findings: tuple[tuple[Finding, ...], ...] = ()
    mirrored: tuple[bool, ...] = ()
    eye: Eye | None = None


def cores() -> int:
    """Number of CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def batch_size(estimators: Sequence["Estimator"]) -> int:
    """Number of photographs that go through the networks together."""
    return GPU_BATCH if any(estimator.device == "cuda" for estimator in estimators) else 1


def estimate(
    sources: Iterable[Source],
    estimators: Sequence["Estimator"],
    *,
    allow_grey: bool = False,
    workers: int | None = None,
    batch: int | None = None,
    explain: Wanted | None = None,
    eyes: Iterable[Told] | None = None,
) -> Generator[Answer]:
    """Estimate for each photograph, in order, with at most a few photographs in memory.

    A photograph is read once for all estimators, and decoded once for each scale they ask for. An
    answer never depends on the photographs or estimators beside it.

    Args:
        sources: photographs, read as they are needed.
        estimators: each answers every photograph.
        allow_grey: let pictures without colour pass.
        workers: photographs that are decoded at the same time; None: one a core.
        batch: photographs that go through a network together; None: 1 on a CPU, 16 on a GPU.
        explain: also compute the embedding, or the map and the embedding.
        eyes: what is told of each photograph's eye, as `eyes_of` or a study's listing gives it, as
            many as photographs; None: what its file's name tells.

    Raises:
        SettingError: another number of eyes than of photographs.
        ExplanationError: an estimator has not what is to be explained.
    """
    batch = batch or batch_size(estimators)
    workers = workers or cores()
    if explain:
        for each in estimators:  # what is not there is told before any photograph is read
            each.explainer.outputs(explain)

    told = paired(sources, eyes)

    def prepared(one: tuple[Source, Told]) -> Prepared:
        source, eye = one
        eye = eye_of(source, None) if eye is None else eye
        try:
            photograph = open_told(source, eye, allow_grey=allow_grey)
        except PhotographError as error:
            drop_tracebacks(error)
            known = eye if isinstance(eye, Eye) else None
            return Prepared(source_name(source), error.sha256, (), error, eye=known)
        return prepare(photograph, estimators, explain)

    if batch == 1:

        def answer(one: tuple[Source, Told]) -> Answer:
            return next(_answers([prepared(one)], estimators, explain, 1))

        yield from ordered(answer, told, workers)
        return
    with closing(ordered(prepared, told, workers, ahead=2 * batch)) as photographs:
        while chunk := list(islice(photographs, batch)):
            yield from _answers(chunk, estimators, explain, batch)


def answer_one(
    photograph: Photograph, estimators: Sequence["Estimator"], *, explain: Wanted | None = None
) -> Answer:
    """Estimate for one open photograph, in the caller's thread: what `estimate` gives for it.

    Raises:
        ExplanationError: as `estimate`.
        InferenceError: a network could not be run.
    """
    return next(_answers([prepare(photograph, estimators, explain)], estimators, explain, 1))


def prepare(
    photograph: Photograph, estimators: Sequence["Estimator"], explain: Wanted | None = None
) -> Prepared:
    """First step: look once for all estimators that see the same, and make the input of each."""
    eye: Eye | None = None
    views: dict[ViewSpec, NetworkView] = {}
    seen: list[tuple[NetworkView, bool]] = []
    try:
        eye = photograph.eye
        for estimator in estimators:
            wanted = view_spec(estimator.manifest.input, reduced=estimator.reduces)
            mirrored = is_mirrored(photograph, estimator.manifest.input)
            if wanted not in views:
                views[wanted] = look(photograph, wanted)
            seen.append((views[wanted], mirrored))
    except PhotographError as error:
        drop_tracebacks(error)
        return Prepared(photograph.name, photograph.sha256, (), error, eye=eye)
    specs = [estimator.manifest.input for estimator in estimators]
    each = list(zip(seen, specs, strict=True))
    of_eye = eye.findings if eye else ()
    return Prepared(
        photograph.name,
        photograph.sha256,
        tuple(scaled(view, spec, mirrored=mirrored) for (view, mirrored), spec in each),
        boxes=tuple(view.box for view, _ in seen if explain == "map"),
        findings=tuple(findings_on(view, spec) + of_eye for (view, _), spec in each),
        mirrored=tuple(mirrored for _, mirrored in seen),
        eye=eye,
    )


def infer(
    estimator: "Estimator",
    inputs: Sequence[NDArray[np.float32]],
    explain: Wanted | None = None,
    *,
    size: int | None = None,
) -> list[Row]:
    """Second step: run one estimator on several photographs' inputs as one batch.

    Args:
        estimator: whose inputs they are.
        inputs: float32 (height, width, 3) each.
        explain: give also what the map or the embedding is made of.
        size: of the batch, filled up with black: a GPU keeps memory for every size it has seen.

    Returns:
        One `{output: float32 array}` for each input, in order.

    Raises:
        ExplanationError, InferenceError, WeightsError: as `Estimator.run`.
    """
    if not inputs:
        return []
    batch = np.zeros((size or len(inputs), *inputs[0].shape), np.float32)
    batch[: len(inputs)] = inputs
    also = estimator.explainer.outputs(explain) if explain else []
    return estimator.run(batch, also)[: len(inputs)]


def finish(
    prepared: Prepared,
    rows: Sequence[Row],
    estimators: Sequence["Estimator"],
    explain: Wanted | None = None,
) -> Answer:
    """Third step: put a photograph's raw outputs, a row an estimator, into names and units."""
    if prepared.error is not None:
        return Answer(prepared.source, prepared.sha256, (), (), prepared.error, eye=prepared.eye)
    pairs = list(zip(rows, estimators, strict=True))
    try:
        values = tuple(values_of(row, estimator.manifest) for row, estimator in pairs)
    except WeightsError as error:
        return Answer(prepared.source, prepared.sha256, (), (), error, eye=prepared.eye)
    findings = tuple(
        estimator.remarks + findings_of(each, estimator.manifest) + of_photograph
        for each, estimator, of_photograph in zip(
            values, estimators, prepared.findings, strict=True
        )
    )
    return Answer(
        prepared.source,
        prepared.sha256,
        values,
        findings,
        embeddings=tuple(each.explainer.embedding(row) for row, each in pairs if explain),
        explanations=tuple(
            estimator.explainer.explanation(row, each, box, mirrored=mirrored)
            for (row, estimator), each, box, mirrored in zip(
                pairs, values, prepared.boxes, prepared.mirrored, strict=False
            )
        ),
        eye=prepared.eye,
    )


def _answers(
    chunk: Sequence[Prepared],
    estimators: Sequence["Estimator"],
    explain: Wanted | None,
    batch: int,
) -> Iterator[Answer]:
    """Run the good photographs of a chunk; the bad ones keep their place and their error."""
    good = [prepared for prepared in chunk if prepared.error is None]
    columns = [
        infer(estimator, [prepared.inputs[index] for prepared in good], explain, size=batch)
        for index, estimator in enumerate(estimators)
    ]
    rows = zip(*columns, strict=True)
    for prepared in chunk:
        yield finish(prepared, next(rows) if prepared.error is None else (), estimators, explain)
