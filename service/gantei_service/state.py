"""What the routes share: the estimators, the workers, the counters."""

from dataclasses import dataclass

from .batching import Batching
from .metrics import Metrics
from .pool import Pool
from .problems import Problem
from .served import Served
from .settings import Settings


@dataclass(frozen=True)
class State:
    """One service."""

    settings: Settings
    served: dict[str, Served]
    pool: Pool
    metrics: Metrics
    batching: Batching | None = None
    """None where every photograph goes through the networks alone."""

    def served_as(self, name: str) -> Served:
        """Look an estimator up.

        Raises:
            Problem: `unknown-estimator`.
        """
        if found := self.served.get(name):
            return found
        raise Problem("unknown-estimator", f"known: {', '.join(self.served)}")

    def refuse_unready(self) -> None:
        """See that every estimator has passed its check.

        Raises:
            Problem: `not-ready`.
        """
        if any(each.state != "ready" for each in self.served.values()):
            raise Problem("not-ready", headers={"retry-after": "1"})
