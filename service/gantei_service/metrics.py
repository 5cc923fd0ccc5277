"""What is counted, for Prometheus; labels come from lists in the code and from what is served."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from .logs import dropped_lines
from .problems import KINDS

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    """The service's counters, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "gantei_requests",
            "Requests answered",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self.request_seconds = Histogram(
            "gantei_request_seconds", "From a request's head to its answer",
            ("route",), buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self.problems = Counter(
            "gantei_rejections", "Requests and photographs not answered", ("reason",),
            registry=self._registry,
        )  # fmt: skip
        self.photographs = Counter(
            "gantei_photographs", "Photographs looked at", registry=self._registry
        )
        self.photograph_seconds = Histogram(
            "gantei_photograph_seconds", "One photograph, from its bytes to its answer",
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self.prepare_seconds = Histogram(
            "gantei_prepare_seconds", "One photograph, decoded and prepared for all estimators",
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self.inference_seconds = Histogram(
            "gantei_inference_seconds", "One batch through one network",
            ("estimator",), buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self.batch = Histogram(
            "gantei_batch_photographs", "Photographs that went through a network together",
            ("estimator",), buckets=BATCHES, registry=self._registry,
        )  # fmt: skip
        self.waiting = Gauge(
            "gantei_photographs_waiting", "Photographs accepted and not answered yet",
            registry=self._registry,
        )  # fmt: skip
        self.inputs_waiting = Gauge(
            "gantei_inference_waiting", "Prepared photographs that wait for a place in a batch",
            ("estimator",), registry=self._registry,
        )  # fmt: skip
        self.reloads = Counter(
            "gantei_reloads", "Reloads asked for", ("result",), registry=self._registry
        )
        self.reload_successful = Gauge(
            "gantei_last_reload_successful", "Whether the last one, or the start, was",
            registry=self._registry,
        )  # fmt: skip
        self.reload_time = Gauge(
            "gantei_last_reload_timestamp_seconds", "When the last one, or the start, was",
            registry=self._registry,
        )  # fmt: skip
        self._expiry: Gauge | None = None
        self._begin()

    def _begin(self) -> None:
        """Count from zero on, so that the first of a kind shows as an increase; read the process.

        Of the process there is something on Linux only.
        """
        for kind in KINDS:
            self.problems.labels(kind)
        for result in ("done", "failed"):
            self.reloads.labels(result)
        self.observe(_log_lines)
        ProcessCollector(registry=self._registry)

    def observe(self, read: Callable[[], Iterable[Metric]]) -> None:
        """Have what is counted elsewhere read whenever the metrics are."""
        self._registry.register(_Observed(read))

    def certificate_expires(self, timestamp: float) -> None:
        """Say when the served certificate expires; without one there is no such metric."""
        self._expiry = self._expiry or Gauge(
            "gantei_certificate_expiry_timestamp_seconds",
            "When the first of the certificates that are shown expires",
            registry=self._registry,
        )
        self._expiry.set(timestamp)

    @contextmanager
    def inferring(self, estimator: str, photographs: int) -> Iterator[None]:
        """Count and time one batch."""
        self.batch.labels(estimator).observe(photographs)
        with self.inference_seconds.labels(estimator).time():
            yield

    def text(self) -> bytes:
        """Write all of them in Prometheus' text format."""
        return generate_latest(self._registry)


class _Observed(Collector):
    """What is counted elsewhere."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        return self._read()


def _log_lines() -> Iterator[Metric]:
    """Read what the process's log has lost, however many applications are in it."""
    yield CounterMetricFamily(
        "gantei_log_lines_dropped", "Lines of the log that could not be written", dropped_lines()
    )
