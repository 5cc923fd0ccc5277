"""What the routes share: the estimators, the workers, the counters."""

import logging
import time
from dataclasses import dataclass

from gantei.errors import GanteiError, SettingError
from gantei.findings.finding import Finding
from gantei.inference.batches import batch_size

from .batching import Batching
from .loaded import LoadedEstimator, check_all, load_all, run_at_once
from .logs import failure, log
from .measured_memory import planned
from .memory_plan import large_threads
from .metrics import Metrics
from .pool import Pool
from .problems import Problem, quoted
from .settings import MEGABYTE, Settings


@dataclass(frozen=True)
class ServiceContext:
    """What one service has, until a reload."""

    settings: Settings
    loaded: dict[str, LoadedEstimator]
    pool: Pool
    metrics: Metrics
    batching: Batching | None = None
    """None where every photograph goes through the networks alone."""

    def find(self, name: str) -> LoadedEstimator:
        """Look an estimator up.

        Raises:
            Problem: `unknown-estimator`.
        """
        if found := self.loaded.get(name):
            return found
        detail = Finding("estimator-not-served", estimator=quoted(name), known=[*self.loaded])
        raise Problem("unknown-estimator", detail)

    @property
    def is_ready(self) -> bool:
        """Whether every estimator has passed its check."""
        return all(each.state == "ready" for each in self.loaded.values())

    def refuse_unready(self) -> None:
        """See that every estimator has passed its check.

        Raises:
            Problem: `not-ready`.
        """
        if not self.is_ready:
            raise Problem("not-ready", headers={"retry-after": "1"})

    def first_check(self) -> list[GanteiError]:
        """Plan with the memory that is left when everything has been at work; then check.

        A reload has no such moment: it finds photographs on their way, and keeps the plan.
        """
        every = list(self.loaded.values())
        workers = self.settings.workers
        at_once = (
            (1, self.batching.size) if self.batching else (workers + large_threads(workers), 1)
        )
        run_at_once(every, *at_once)
        try:
            self.pool.memory.follow(planned(self.settings, self.batching))
        except SettingError as error:
            for each in every:
                each.state = "failed"
            log("too little memory", logging.ERROR, reason=str(error))
            return [error]
        sizes = self.pool.memory.plan.sizes()
        log("memory planned", megabytes={name: size // MEGABYTE for name, size in sizes.items()})
        return self.check()

    def check(self) -> list[GanteiError]:
        """Warm up and check every estimator, tell it in the log, and give what went wrong."""
        began = time.perf_counter()
        errors = check_all(
            list(self.loaded.values()), self.batching.warm_up if self.batching else None
        )
        for error in errors:
            log("estimator failed its check", logging.ERROR, **failure(error))
        log(
            "estimators checked",
            states={name: each.state for name, each in self.loaded.items()},
            golden={name: each.golden for name, each in self.loaded.items()},
            milliseconds=round(1000 * (time.perf_counter() - began)),
        )
        return errors


class LiveContext:
    """The context that a request begins with and keeps; a reload puts another in its place."""

    def __init__(self, context: ServiceContext) -> None:
        self.now = context


def load_context(settings: Settings, pool: Pool, metrics: Metrics) -> ServiceContext:
    """Load the estimators that the settings name.

    Raises:
        GanteiError: as `load_all`.
    """
    loaded = load_all(
        settings.estimators, settings.device, settings.batch, calibrations=settings.calibrations
    )
    networks = [each.estimator for each in loaded.values()]
    size = settings.batch or batch_size(networks)
    batching = Batching(networks, size, settings.workers, metrics) if size > 1 else None
    return ServiceContext(settings, loaded, pool, metrics, batching)
