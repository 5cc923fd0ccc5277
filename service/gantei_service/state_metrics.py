"""What the service is and what it holds, for Prometheus: looked at whenever the metrics are."""

from collections.abc import Collection, Iterator
from typing import get_args

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric

from gantei.system.environment import environment

from .context import LiveContext
from .loaded import CheckState, LoadedEstimator

SHORT = 12
"""Hexadecimal digits of a sha256: enough to see that it is another one."""


def build_metrics(host: str) -> Iterator[Metric]:
    """Give the versions of what answers; `host`: what the application runs under."""
    found = environment()
    runtimes = [found["versions"].get(name, "") for name in ("onnxruntime", "onnxruntime-gpu")]
    told = {
        "version": found["gantei"],
        "python": found["python"],
        "onnxruntime": max(runtimes),  # whichever is there
        "host": host,
    }
    yield InfoMetricFamily("gantei_build", "Versions of what answers", told)


def estimator_metrics(live: LiveContext) -> Iterator[Metric]:
    """Give the state of each estimator, and which one it is; only of those served now."""
    states = GaugeMetricFamily(
        "gantei_estimator_state", "1 for the state of an estimator, 0 for others",
        labels=("estimator", "state"),
    )  # fmt: skip
    which = InfoMetricFamily(
        "gantei_estimator", "Which estimator it is, by the first digits of its files' sha256",
        labels=("estimator",),
    )  # fmt: skip
    for name, each in live.now.loaded.items():
        for state in get_args(CheckState):
            states.add_metric((name, state), state == each.state)
        which.add_metric((name,), _identity(each))
    yield states
    yield which


def _identity(loaded: LoadedEstimator) -> dict[str, str]:
    weights = loaded.entry.manifest.weights
    return {
        "manifest": loaded.files["estimator.toml"].sha256[:SHORT],
        "weights": weights.sha256[:SHORT] if weights else "",
        "calibration": loaded.estimator.calibration_sha256[:SHORT],
        "device": loaded.estimator.device,
    }


def connection_metrics(
    connections: Collection[object], most: int, prefix: str = "gantei"
) -> Iterator[Metric]:
    """Give how many connections are open, and how many there may be."""
    yield GaugeMetricFamily(
        f"{prefix}_open_connections", "Connections of clients", len(connections)
    )
    yield GaugeMetricFamily(
        f"{prefix}_max_connections", "Connections that there may be; then silent ones make room",
        most,
    )  # fmt: skip
