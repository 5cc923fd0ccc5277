"""What is counted, for Prometheus; every label takes its values from a list in the code."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
            "gantei_photograph_seconds", "One photograph, decoded and estimated by all estimators",
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self.waiting = Gauge(
            "gantei_photographs_waiting", "Photographs accepted and not answered yet",
            registry=self._registry,
        )  # fmt: skip

    def text(self) -> bytes:
        """Write all of them in Prometheus' text format."""
        return generate_latest(self._registry)
