"""Actors of Ray that estimate for a study, with the rows that one machine would have written."""

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self

from ..errors import GanteiError, TransferError
from ..estimator.estimator_description import EstimatorDescription
from ..explanations.explanation import ExplanationKind
from ..inference.batches import GPU_BATCH
from ..inference.prediction import PhotographResult
from ..inference.stage_times import StageTimes
from ..photographs.listing import StudyPhotograph
from ..system.environment import environment
from ..system.processor import Processor
from ..system.version import __version__
from .actor_pool import ordered_over
from .cluster import import_ray
from .estimator_actor import ActorDescription, ActorOptions, EstimatedChunk, EstimatorActor

_CHUNK = 8
"""Batches that an actor takes at once."""
_TRIES = 3
"""How often photographs are given to an actor anew whose process ended while it had them."""
PATIENCE = 300.0
"""Seconds in which the actors must have a place and open their estimators."""


@dataclass(frozen=True)
class RayBackend:
    """Estimators in actors of Ray; `times`: of all that they estimate.

    Attributes:
        cluster: what messages call the Ray that the actors are in.
        actors: handles of Ray.
        estimators: as each actor has them.
        fingerprint: of what they have in common; see `ActorDescription`.
        options: with which they were made.
        kinds_of_processors: each once, that they run on.
        is_elsewhere: whether they may be on other machines.
    """

    cluster: str
    actors: Sequence[Any]
    estimators: Sequence[EstimatorDescription]
    fingerprint: str
    options: ActorOptions
    kinds_of_processors: list[Processor] = field(compare=False)
    is_elsewhere: bool = False
    times: StageTimes = field(default_factory=StageTimes, compare=False)

    @property
    def allow_grey(self) -> bool:
        """Whether pictures without colour pass."""
        return self.options.allow_grey

    @property
    def batch(self) -> int:
        """Number of photographs that are computed together."""
        return GPU_BATCH if self.options.device == "cuda" else 1

    @classmethod
    @contextmanager
    def of(
        cls, options: ActorOptions, actors: int, *, cluster: str, is_elsewhere: bool = False
    ) -> Iterator[Self]:
        """Start actors in the Ray that this process is connected to, and end them.

        Raises:
            GanteiError: an actor cannot open its estimators; see `EstimatorActor`.
            TransferError: the actors get no place, or differ in versions or estimators.
        """
        ray = import_ray()
        is_gpu = options.device == "cuda"
        remote = ray.remote(EstimatorActor).options(
            num_cpus=options.threads,
            num_gpus=1 if is_gpu else 0,
            max_restarts=-1,
            max_task_retries=_TRIES,
            # Beside a chunk whose last batches run on the GPU, the next one is decoded.
            max_concurrency=2 if is_gpu else 1,
        )
        handles = [remote.remote(options) for _ in range(actors)]
        try:
            described = _descriptions(ray, handles, cluster, is_elsewhere=is_elsewhere)
            kinds = [each.processor for each in described]
            yield cls(
                cluster, handles, described[0].estimators, described[0].fingerprint, options,
                [each for number, each in enumerate(kinds) if each not in kinds[:number]],
                is_elsewhere,
            )  # fmt: skip
        finally:
            for each in handles:
                ray.kill(each)

    def results(
        self, photographs: Iterable[StudyPhotograph], explain: ExplanationKind | None = None
    ) -> Generator[PhotographResult]:
        """Estimate for each, in order; see `gantei.inference.pipeline.estimate`.

        Raises:
            TransferError: photographs ended each actor that had them, an actor that was started
                anew has other versions or estimators, or a file cannot be seen by an actor.
        """
        workers = len(self.actors) * self.options.threads
        results = self._results(photographs, explain)
        return self.times.whole(results, workers, batched=self.batch > 1)

    def _results(
        self, photographs: Iterable[StudyPhotograph], explain: ExplanationKind | None
    ) -> Generator[PhotographResult]:
        ray = import_ray()
        # What a list tells of persons stays here.
        listed = (StudyPhotograph(each.source, "", each.eye) for each in photographs)
        size = _CHUNK * self.batch
        chunks = iter(lambda: [*islice(listed, size)], [])
        answers = ordered_over(
            self.actors, lambda actor, chunk: actor.estimate.remote(chunk, explain), chunks
        )
        try:
            with closing(answers):
                for answer in answers:
                    yield from self._checked(answer)
        except (ray.exceptions.RayError, ConnectionError) as error:
            raise TransferError(
                f"{self.cluster}: actors ended {_TRIES + 1} times while they had the same "
                f"photographs, or Ray itself did ({type(error).__name__}). What is finished is "
                "kept: the same command goes on from there; without --on, it names the photograph"
            ) from error

    def _checked(self, answer: EstimatedChunk) -> Iterator[PhotographResult]:
        """Give the results of a chunk, if they are of the same kind as those before."""
        if answer.error is not None and not answer.fingerprint:
            raise answer.error
        if answer.fingerprint != self.fingerprint:
            raise TransferError(
                f"{self.cluster}: an actor was started anew with other versions or estimators, so "
                "that the rows would not be of one kind: have the same on each machine"
            )
        if answer.processor not in self.kinds_of_processors:
            self.kinds_of_processors.append(answer.processor)
        self.times.add(answer.times)
        for result in answer.results:
            if self.is_elsewhere:
                _check_seen(result, self.cluster)
            yield result
        if answer.error is not None:
            raise answer.error

    def identity(self) -> dict[str, Any]:
        """What the values depend on: nothing of Ray, so that other engines can go on."""
        return {"allow_grey": self.allow_grey}

    def processors(self) -> Sequence[Processor]:
        """The kinds of processors that actors ran on."""
        return self.kinds_of_processors


def _descriptions(
    ray: Any, actors: Sequence[Any], cluster: str, *, is_elsewhere: bool
) -> list[ActorDescription]:
    """What the actors have, where they have the same, by the versions of this process."""
    try:
        versions = ray.get([each.versions.remote() for each in actors], timeout=PATIENCE)
        if unlike := next((each for each in versions if each != environment()), None):
            raise TransferError(
                f"{cluster}: {_unlike(unlike, environment())}: have the same on each machine"
            )
        described = ray.get([each.description.remote() for each in actors], timeout=PATIENCE)
    except ray.exceptions.GetTimeoutError as error:
        raise TransferError(
            f"{cluster}: {len(actors)} actors did not start in {PATIENCE:.0f} s: its CPUs or GPUs "
            "may be in use; take fewer --workers"
        ) from error
    except (ray.exceptions.RayError, ConnectionError) as error:
        raise TransferError(
            f"{cluster}: an actor could not be started ({_last_line(error)}): install gantei "
            f"{__version__} and its estimators on each machine of the cluster"
        ) from error
    for each in described:
        if isinstance(each, GanteiError) and is_elsewhere:
            raise TransferError(f"{cluster}: an actor cannot estimate: {each}") from each
        if isinstance(each, Exception):
            raise each
    if len({each.fingerprint for each in described}) > 1:
        raise TransferError(
            f"{cluster}: its machines have different estimators under the same names: have the "
            "same on each"
        )
    return list(described)


def _unlike(there: dict[str, Any], here: dict[str, Any]) -> str:
    """Say first in what the versions of an actor are others."""
    flat = [{**each["versions"], **each, "versions": None} for each in (there, here)]
    name = next(key for key in {**flat[0], **flat[1]} if flat[0].get(key) != flat[1].get(key))
    before, now = (each.get(name, "missing") for each in flat)
    return f"{name} is {before} there and {now} here"


def _last_line(error: Exception) -> str:
    return str(error).strip().rpartition("\n")[2].strip() or type(error).__name__


def _check_seen(result: PhotographResult, cluster: str) -> None:
    """Refuse to call a file unreadable that this process can read.

    Raises:
        TransferError: it can.
    """
    error = result.error
    if error is not None and error.code == "unreadable-file" and os.access(result.source, os.R_OK):
        raise TransferError(
            f"{cluster}: {error}, but it can be read here: the machines of the cluster need to see "
            "the photographs under the same paths"
        )
