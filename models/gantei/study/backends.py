"""Who estimates for a study: estimators of this machine, or those of a server."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import tee
from types import MappingProxyType
from typing import Any, Protocol, Self

from ..errors import TransferError
from ..estimator.estimator import Estimator
from ..estimator.estimator_description import EstimatorDescription
from ..explanations.explanation import ExplanationKind
from ..inference.batches import batch_size
from ..inference.pipeline import estimate
from ..inference.prediction import PhotographResult
from ..inference.stage_times import StageTimes
from ..photographs.listing import StudyPhotograph
from ..remote.client import Client
from ..remote.requested_calibrations import Sites, check_served
from ..remote.served_estimator import ServedEstimator
from ..system.cores import cores
from ..system.memory_budget import MemoryBudget
from ..system.processor import Processor, processor

AnyEstimator = Estimator | EstimatorDescription


class Backend(Protocol):
    """What a study asks of whoever estimates for it."""

    @property
    def estimators(self) -> Sequence[AnyEstimator]:
        """The estimators, in the order of their columns."""

    @property
    def allow_grey(self) -> bool:
        """Whether pictures without colour pass."""

    @property
    def batch(self) -> int:
        """Number of photographs that are computed together."""

    @property
    def times(self) -> StageTimes | None:
        """Where the time went; None: nothing tells."""

    def results(
        self, photographs: Iterable[StudyPhotograph], explain: ExplanationKind | None = None
    ) -> Generator[PhotographResult]:
        """Estimate for each, in order."""

    def identity(self) -> dict[str, Any]:
        """What the values depend on, apart from the estimators and versions of this machine."""

    def processors(self) -> Sequence[Processor]:
        """The kinds of processors that compute, each once; empty where nothing tells."""


@dataclass(frozen=True)
class LocalBackend:
    """Estimators that are loaded in this process; `times`: of all that they estimate."""

    estimators: Sequence[Estimator]
    allow_grey: bool = False
    workers: int | None = None
    memory: MemoryBudget | None = None
    times: StageTimes = field(default_factory=StageTimes, compare=False)

    @property
    def batch(self) -> int:
        """Number of photographs that are computed together."""
        return batch_size(self.estimators)

    def results(
        self, photographs: Iterable[StudyPhotograph], explain: ExplanationKind | None = None
    ) -> Generator[PhotographResult]:
        """Estimate for each, in order; see `gantei.inference.pipeline.estimate`."""
        paths, eyes = tee(photographs)
        results = estimate(
            (listed.source for listed in paths),
            self.estimators,
            allow_grey=self.allow_grey,
            workers=self.workers,
            explain=explain,
            eyes=(listed.eye for listed in eyes),
            memory=self.memory,
            times=self.times,
        )
        return self.times.whole(results, self.workers or cores(), batched=self.batch > 1)

    def identity(self) -> dict[str, Any]:
        """What the values depend on, apart from the estimators and versions of this machine."""
        return {"allow_grey": self.allow_grey}

    def processors(self) -> Sequence[Processor]:
        """The kind of this machine's processor."""
        return [processor()]


@dataclass(frozen=True)
class RemoteBackend:
    """Estimators of a server, with its description and versions from the start of the study.

    It sees every photograph by itself, and takes none without colour.
    """

    client: Client
    estimators: Sequence[ServedEstimator]
    environment: Mapping[str, Any]
    allow_grey = False
    batch = 1
    times = None

    @classmethod
    def of(cls, client: Client, names: Sequence[str], sites: Sites = MappingProxyType({})) -> Self:
        """Ask the server what it has; of calibrations, those of these sites by estimator.

        Raises:
            UnknownEstimatorError, TransferError: as `Client.estimators`.
            CalibrationError: it has an estimator uncalibrated, or calibrated elsewhere.
        """
        served = client.estimators(names)
        there = {each.name: each.calibration.site if each.calibration else None for each in served}
        check_served(client.url, there, sites)
        estimators = [each if each.name in sites else each.uncalibrated() for each in served]
        return cls(client, estimators, client.environment())

    def results(
        self, photographs: Iterable[StudyPhotograph], explain: ExplanationKind | None = None
    ) -> Generator[PhotographResult]:
        """Ask the server for each, in order; see `gantei.Client.answers`.

        Raises:
            TransferError: also where the server has other estimators or versions at the end.
        """
        names = [each.name for each in self.estimators]
        sites = {each.name: each.calibration.site for each in self.estimators if each.calibration}
        paths, eyes = tee(photographs)
        yield from self.client.answers(
            (listed.source for listed in paths),
            names,
            explain=explain is not None,
            eyes=(listed.eye for listed in eyes),
            sites=sites,
        )
        if RemoteBackend.of(self.client, names, sites) != self:
            raise TransferError(
                f"{self.client.url}: its estimators or versions were changed while it answered, so "
                "the rows are not of one kind: run anew with --overwrite"
            )

    def identity(self) -> dict[str, Any]:
        """What the values depend on, apart from the estimators."""
        server = {"url": self.client.url, **self.environment}
        return {"allow_grey": self.allow_grey, "server": server}

    def processors(self) -> Sequence[Processor]:
        """Nothing: the server does not tell."""
        return []
