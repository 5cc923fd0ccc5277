"""What the routes share: the estimators, the workers, the counters."""

from dataclasses import dataclass

from gantei.findings.finding import Finding

from .batching import Batching
from .loaded import LoadedEstimator
from .metrics import Metrics
from .pool import Pool
from .problems import Problem, quoted
from .settings import Settings


@dataclass(frozen=True)
class ServiceContext:
    """What one service has, for as long as it runs."""

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

    def refuse_unready(self) -> None:
        """See that every estimator has passed its check.

        Raises:
            Problem: `not-ready`.
        """
        if any(each.state != "ready" for each in self.loaded.values()):
            raise Problem("not-ready", headers={"retry-after": "1"})
