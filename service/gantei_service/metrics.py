"""What is counted, for Prometheus; labels come from lists in the code and from what is served."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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

    @contextmanager
    def inferring(self, estimator: str, photographs: int) -> Iterator[None]:
        """Count and time one batch."""
        self.batch.labels(estimator).observe(photographs)
        with self.inference_seconds.labels(estimator).time():
            yield

    def text(self) -> bytes:
        """Write all of them in Prometheus' text format."""
        return generate_latest(self._registry)
