"""What runs in an actor of Ray: a set of estimators, and photographs through them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..errors import drop_tracebacks
from ..estimator.estimator_description import EstimatorDescription
from ..estimator.opening_several import open_estimators
from ..explanations.explanation import ExplanationKind
from ..inference.batches import batch_size
from ..inference.memory_left import memory_left
from ..inference.prediction import PhotographResult
from ..inference.session import Device
from ..inference.stage_times import StageName, StageTime, StageTimes
from ..photographs.listing import StudyPhotograph
from ..study.backends import LocalBackend
from ..system.environment import environment
from ..system.memory_limit import memory_limit
from ..system.processor import Processor, processor


@dataclass(frozen=True)
class ActorOptions:
    """How each actor opens its estimators, and what it may use.

    Attributes:
        names: of the estimators, or their folders.
        device: as `gantei.load` takes it.
        calibrations: as `chosen_sites` takes them.
        allow_grey: let pictures without colour pass.
        threads: photographs that are decoded at the same time.
        memory: bytes that all actors of a machine may plan for; None: as `memory_limit` says.
        per_machine: actors on a machine, at most, which share its memory.
    """

    names: Sequence[str]
    device: Device = "cpu"
    calibrations: Sequence[str] = ()
    allow_grey: bool = False
    threads: int = 1
    memory: int | None = None
    per_machine: int = 1


@dataclass(frozen=True)
class ActorDescription:
    """What an actor has: estimators, and on which kind of processor it runs.

    The `fingerprint` is a digest of versions and estimators, of all that values depend on but the
    processor.
    """

    estimators: Sequence[EstimatorDescription]
    processor: Processor
    fingerprint: str


@dataclass(frozen=True)
class EstimatedChunk:
    """The results of some photographs, and by what: the actor may have been started anew.

    An `error` that ended them is given and not raised: Ray would write what it says, which may be
    the name of a photograph, into its logs. Without `fingerprint` no estimators could be opened.
    """

    results: Sequence[PhotographResult]
    times: Mapping[StageName, StageTime]
    fingerprint: str
    processor: Processor
    error: Exception | None = None


RAY_ITSELF = 500_000_000
"""Bytes; the processes of Ray that run beside the actors of a machine took 440 MB."""


def open_backend(options: ActorOptions) -> LocalBackend:
    """Open estimators in an actor, with its part of the memory of its machine.

    Raises:
        EstimatorError, DeviceError, CalibrationError: as `open_estimators`.
        SettingError: too little memory is left; see `memory_left`.
    """
    estimators = open_estimators(options.names, options.device, options.calibrations)
    share = (memory_limit(options.memory).bytes - RAY_ITSELF) // options.per_machine
    memory = memory_left(estimators, options.threads, batch_size(estimators), share)
    return LocalBackend(estimators, options.allow_grey, options.threads, memory)


class EstimatorActor:
    """Estimators that are open in a process of Ray."""

    def __init__(self, options: ActorOptions) -> None:
        self._options = options

    def versions(self) -> dict[str, Any]:
        """The versions here; only of Python's own types, which any version of gantei can read."""
        return environment()

    def description(self) -> ActorDescription | Exception:
        """Say what this actor has, or why its estimators cannot be opened."""
        try:
            return self._description
        except Exception as error:  # noqa: BLE001 - raised in the driver, with its class
            drop_tracebacks(error)
            return error

    @cached_property
    def _backend(self) -> LocalBackend:
        return open_backend(self._options)

    @cached_property
    def _description(self) -> ActorDescription:
        described = [EstimatorDescription.of(each) for each in self._backend.estimators]
        facts = [environment(), *(each.facts() for each in described)]
        fingerprint = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return ActorDescription(described, processor(), fingerprint)

    def estimate(
        self, photographs: Sequence[StudyPhotograph], explain: ExplanationKind | None = None
    ) -> EstimatedChunk:
        """Estimate for some photographs, in order."""
        times, results = StageTimes(), list[PhotographResult]()
        fingerprint, kind = "", processor()
        try:
            fingerprint = self._description.fingerprint
            for result in replace(self._backend, times=times).results(photographs, explain):
                if result.error is not None:
                    drop_tracebacks(result.error)
                results.append(result)
        except Exception as error:  # noqa: BLE001 - the driver raises it; see EstimatedChunk
            drop_tracebacks(error)
            return EstimatedChunk(results, times.of, fingerprint, kind, error)
        return EstimatedChunk(results, times.of, fingerprint, kind)
