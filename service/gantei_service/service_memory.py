"""What is in use of the memory that the service has planned for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from gantei.system.memory_budget import MemoryBudget

from .memory_plan import MemoryPlan
from .metrics import Metrics
from .request_body import MemoryInUse


class ServiceMemory:
    """The plan that holds, and what is in use of it.

    Attributes:
        plan: how the memory is divided.
        large: the budget of large photographs.
        bodies: what bodies and answers take.
    """

    def __init__(self, plan: MemoryPlan, metrics: Metrics) -> None:
        self._lock = threading.Lock()
        self._small = 0
        self.bodies = MemoryInUse()
        self.follow(plan)
        metrics.observe(self._observed)

    def follow(self, plan: MemoryPlan, bodies: MemoryInUse | None = None) -> None:
        """Take another plan, while no photograph is on its way."""
        self.plan = plan
        self.large = MemoryBudget(plan.large)
        self.bodies = bodies or self.bodies
        self.bodies.most = plan.bodies // 2  # a body is in memory twice while it is read

    @property
    def in_use(self) -> int:
        """Bytes that are estimated for photographs, and those of bodies and answers."""
        return self._small + self.large.in_use + self.bodies.bytes

    def is_large(self, needed: int) -> bool:
        """Whether a photograph that needs so many bytes is none for a worker."""
        return needed > self.plan.small

    @property
    def most(self) -> int:
        """Bytes that a photograph can have at most."""
        return max(self.plan.small, self.plan.large)

    @contextmanager
    def in_worker(self, needed: int) -> Iterator[None]:
        """Count a photograph of usual size; it has its worker's share, and waits for none."""
        with self._lock:
            self._small += needed
        try:
            yield
        finally:
            with self._lock:
                self._small -= needed

    def _observed(self) -> Iterator[Metric]:
        plan = self.plan
        workers = plan.budget - plan.bodies - plan.large
        parts = {"held": plan.held, "bodies": plan.bodies, "workers": workers, "large": plan.large}
        planned = GaugeMetricFamily(
            "gantei_memory_planned_bytes", "Parts of the limit", labels=("part",)
        )
        for part, size in parts.items():
            planned.add_metric((part,), size)
        yield planned
        for name, what, number in (
            ("memory_limit_bytes", "Memory that the service plans with", plan.limit.bytes),
            ("memory_budget_bytes", "Of that, what requests may take", plan.budget),
            ("memory_in_use_bytes",
             "Of that: bodies, answers, and estimates of photographs", self.in_use),
            ("large_photographs_waiting",
             "Large photographs that wait for memory", self.large.waiting),
        ):  # fmt: skip
            yield GaugeMetricFamily(f"gantei_{name}", what, number)
