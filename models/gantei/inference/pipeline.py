"""Many photographs through several networks: decoding overlaps inference, memory stays flat.

On a CPU each worker takes a photograph from its bytes to its values, one at a time: batches do not
pay there (measured: batch 8 gives 0.95 of the rate of batch 1). On a GPU the workers decode, and
batches of a fixed size, padded at the end, go through the networks in order: see `batches`.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np

from ..errors import (
    InferenceError,
    PhotographError,
    SettingError,
    drop_tracebacks,
)
from ..explanations.explanation import ExplanationKind
from ..photographs.eyes import WITHOUT_EYE, Eye, EyeOption, paired
from ..photographs.memory_needed import bytes_needed, exceeds_memory
from ..photographs.network_view import NetworkView
from ..photographs.oddities import findings_on_photograph
from ..photographs.photograph import Photograph, eye_of, open_with_eye
from ..photographs.photograph_source import PhotographSource, source_name
from ..photographs.preprocessing import findings_on, pixels_of, scaled, views_of
from ..system.allocator import LARGE, give_back_freed
from ..system.cores import cores
from ..system.memory_budget import MemoryBudget
from .batches import batch_size, by_batches, photographs_ahead
from .large_files import LargeFiles
from .named_results import PreparedInputs, postprocess
from .network import InputArray, Network, RawOutputs
from .parallel import ordered
from .prediction import PhotographResult
from .read_ahead import ReadAhead
from .stage_times import StageTimes

_KEPT = 16
"""A thread may keep, for the next photograph, this part of the memory for all of them."""


def estimate(  # noqa: PLR0913 - as many as the commands have options
    sources: Iterable[PhotographSource],
    networks: Sequence[Network],
    *,
    allow_grey: bool = False,
    workers: int | None = None,
    batch: int | None = None,
    explain: ExplanationKind | None = None,
    eyes: Iterable[EyeOption] | None = None,
    numbered: bool = False,
    memory: MemoryBudget | None = None,
    times: StageTimes | None = None,
) -> Generator[PhotographResult]:
    """Estimate for each photograph, in order, with at most a few photographs in memory.

    A photograph is read once for all networks, and decoded once for each scale they ask for. A
    result never depends on the photographs or networks beside it.

    Args:
        sources: photographs, read as they are needed.
        networks: each answers every photograph.
        allow_grey: let pictures without colour pass.
        workers: photographs that are decoded at the same time; None: one per core.
        batch: photographs that go through a network together; None: 1 on a CPU, 16 on a GPU.
        explain: also compute the embedding, or the map and the embedding.
        eyes: what is known of each photograph's eye, as `eyes_of` gives it; None: what names tell.
        numbered: call what has no path by its place, as `<bytes 3>`.
        memory: of what is decoded or read ahead at the same time; whoever finds none free waits;
            what can never have enough is an error of its photograph. None: as much as they take.
        times: to which the time of each stage is added.

    Raises:
        SettingError: `eyes` and photographs differ in number, or `workers` makes no sense.
        ExplanationError: a network cannot give the explanation.
    """
    batch, workers = batch or batch_size(networks), _checked(workers) or cores()
    times, files = times or StageTimes(), LargeFiles(memory)
    if explain:
        for each in networks:  # fails before any photograph is read
            each.explainer.outputs(explain)

    def prepared(one: tuple[int, tuple[PhotographSource, EyeOption]]) -> PreparedInputs:
        place, (source, eye) = one
        number = place if numbered else None
        opening = partial(_opened, times, source, eye, number, allow_grey=allow_grey)
        with files.opened(source, opening) as photograph, times.stage("decoding"):
            return _prepared_within(ahead.decoding, photograph, networks, explain)

    def results(chunk: Sequence[PreparedInputs]) -> list[PhotographResult]:
        with times.stage("networks"):
            return list(_results(chunk, networks, explain, batch))

    with ReadAhead(files.decoding, times) as ahead:
        with_places = enumerate(paired(ahead.each(sources), eyes), 1)
        if batch == 1:
            yield from ordered(lambda one: results([prepared(one)])[0], with_places, workers)
            return
        most = photographs_ahead(networks, workers, batch)
        with closing(ordered(prepared, with_places, workers, most)) as photographs:
            yield from by_batches(results, photographs, batch)


def _prepared_within(
    memory: MemoryBudget | None,
    photograph: Photograph | PreparedInputs,
    networks: Sequence[Network],
    explain: ExplanationKind | None,
) -> PreparedInputs:
    """Prepare a photograph once there is memory for it, or give its error where there never is."""
    if isinstance(photograph, PreparedInputs):  # it could not be opened
        return photograph
    if memory is None:
        return prepare(photograph, networks, explain)
    needed = bytes_needed(photograph, [(each.manifest.input, each.reduces) for each in networks])
    if not memory.fits(needed):
        error = exceeds_memory(photograph, needed, memory.total)
        known = photograph.eye_option
        eye = known if isinstance(known, Eye) else None
        return PreparedInputs(
            photograph.name, photograph.sha256, (), error, eye=eye, version=photograph.version
        )
    with memory.held(needed):
        try:
            return prepare(photograph, networks, explain)
        finally:
            photograph.forget()
            if needed > min(LARGE, memory.total // _KEPT):
                give_back_freed()


def _checked(workers: object) -> int | None:
    if workers is None or (isinstance(workers, int) and workers > 0):
        return workers
    raise SettingError(f"workers is a whole number above 0, not {workers!r}")


def _opened(
    times: StageTimes,
    source: PhotographSource,
    eye: EyeOption,
    place: int | None,
    most: int,
    *,
    allow_grey: bool,
) -> Photograph | PreparedInputs:
    """Open a photograph; where that fails, give its result."""
    eye = eye_of(source, None) if eye is None else eye
    try:
        with times.stage("reading"):
            return open_with_eye(source, eye, allow_grey=allow_grey, place=place, most=most)
    except PhotographError as error:
        drop_tracebacks(error)
        known = eye if isinstance(eye, Eye) else None
        return PreparedInputs(
            source_name(source, place), error.sha256, (), error, eye=known, version=error.version
        )


def estimate_one(
    photograph: Photograph, networks: Sequence[Network], *, explain: ExplanationKind | None = None
) -> PhotographResult:
    """Estimate for one open photograph, in the caller's thread: what `estimate` gives for it.

    Raises:
        ExplanationError: as `estimate`.
        InferenceError: a network could not be run.
    """
    return next(_results([prepare(photograph, networks, explain)], networks, explain, 1))


def prepare(
    photograph: Photograph, networks: Sequence[Network], explain: ExplanationKind | None = None
) -> PreparedInputs:
    """First step: look once for all networks that see the same, and make the input of each."""
    eye: Eye | None = None
    try:
        eye = photograph.eye
        seen = views_of(photograph, [(each.manifest.input, each.reduces) for each in networks])
        found = findings_on_photograph(photograph, eye)
    except PhotographError as error:
        drop_tracebacks(error)
        return _without_inputs(photograph, error, eye)
    specs = [network.manifest.input for network in networks]
    each = list(zip(seen, specs, strict=True))
    return PreparedInputs(
        photograph.name,
        photograph.sha256,
        tuple(
            _input_of(network, view, mirrored=mirrored)
            for (view, mirrored), network in zip(seen, networks, strict=True)
        ),
        boxes=tuple(view.box for view, _ in seen if explain == "map"),
        findings=tuple(findings_on(view, spec) for (view, _), spec in each),
        mirrored=tuple(mirrored for _, mirrored in seen),
        eye=eye,
        photograph_findings=found,
        format=photograph.format,
        appearance=photograph.appearance,
        version=photograph.version,
    )


def _input_of(network: Network, view: NetworkView, *, mirrored: bool) -> InputArray:
    """Give what the network takes of what it sees, in the fewest bytes."""
    if network.takes_pixels:
        return pixels_of(view, mirrored=mirrored)
    return scaled(view, network.manifest.input, mirrored=mirrored)


def _without_inputs(
    photograph: Photograph, error: PhotographError, eye: Eye | None
) -> PreparedInputs:
    """What no network sees, but with what is odd about it, where only its eye is wanting."""
    failed = PreparedInputs(
        photograph.name, photograph.sha256, (), error, eye=eye,
        format=photograph.format, version=photograph.version,
    )  # fmt: skip
    if error.code not in WITHOUT_EYE:
        return failed
    try:
        found = findings_on_photograph(photograph, eye)
    except PhotographError as unreadable:
        drop_tracebacks(unreadable)
        return replace(failed, error=unreadable)
    return replace(failed, photograph_findings=found, appearance=photograph.appearance)


def infer(
    network: Network,
    inputs: Sequence[InputArray],
    explain: ExplanationKind | None = None,
    *,
    size: int | None = None,
) -> list[RawOutputs]:
    """Second step: run one network on several photographs' inputs as one batch.

    Args:
        network: whose inputs they are.
        inputs: (height, width, 3) each, float32 all, as `Network.prepare` has them, or uint8 all.
        explain: also return what the map or the embedding is made of.
        size: of the batch, filled up with black: a GPU keeps memory for every size it has seen.

    Returns:
        One `{output: float32 array}` for each input, in order.

    Raises:
        ExplanationError, InferenceError, WeightsError: as `Network.run`.
    """
    if not inputs:
        return []
    batch = np.zeros((size or len(inputs), *inputs[0].shape), inputs[0].dtype)
    batch[: len(inputs)] = inputs
    return network.run(batch, network.beside(explain))[: len(inputs)]


def _results(
    chunk: Sequence[PreparedInputs],
    networks: Sequence[Network],
    explain: ExplanationKind | None,
    batch: int,
) -> Iterator[PhotographResult]:
    """Run the good photographs of a chunk; the bad ones keep their place and their error."""
    good = [prepared for prepared in chunk if prepared.error is None]
    try:
        columns = [
            infer(network, [prepared.inputs[index] for prepared in good], explain, size=batch)
            for index, network in enumerate(networks)
        ]
    except InferenceError as error:
        if len(good) == 1:
            error.source = error.source or good[0].source
        raise
    rows = zip(*columns, strict=True)
    for prepared in chunk:
        yield postprocess(prepared, next(rows) if prepared.error is None else (), networks, explain)
