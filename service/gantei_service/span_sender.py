"""Spans on their way to a collector: no request waits for it.

Spans stand in a queue of bounded length, which one thread sends in batches. What a collector that
stalls or has gone does not take is dropped and counted. No setting of OpenTelemetry's, no proxy and
no password file has a say in where they go.
"""

import logging
import ssl
from collections import deque
from collections.abc import Iterator, Sequence
from threading import Condition, Thread
from typing import Any

import httpx
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.sdk.trace import ReadableSpan
from prometheus_client.metrics_core import CounterMetricFamily, Metric

from gantei.system.version import __version__

from .logs import log

ADDRESS = "/v1/traces"
"""Where OTLP over HTTP has its collector take spans."""
MOST_SPANS = 4096
"""Spans that wait; each has about 300 bytes on its way."""
BATCH = 512
PAUSE = 1.0
"""Seconds in which spans are gathered for a batch."""
TIMEOUT = 5.0
"""Seconds that a collector may take to accept a connection, or to go on with its answer."""
END_TIMEOUT = 2.0
"""Seconds that the end of the process waits for what is not sent."""
LARGEST_ANSWER = 65536


class SpanSender:
    """Sends each span that is put into it, from a thread of its own."""

    def __init__(self, collector: str) -> None:
        """Start the thread; `collector`: the address to which `/v1/traces` is added."""
        self._url = collector.rstrip("/") + ADDRESS
        self._sent = 0
        self._dropped = {"queue-full": 0, "not-taken": 0}
        self._spans: deque[ReadableSpan] = deque()
        self._changed = Condition()
        self._closing = False
        self._failing = False
        """Whether the last batch was not taken; the thread's own."""
        self._client = httpx.Client(
            verify=ssl.create_default_context(),
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": f"gantei/{__version__}", "accept-encoding": "identity"},
        )
        self._thread = Thread(target=self._send_all, name="gantei-spans", daemon=True)
        self._thread.start()

    def put(self, span: ReadableSpan) -> None:
        """Put a span into the queue, or drop it."""
        with self._changed:
            if len(self._spans) < MOST_SPANS and not self._closing:
                self._spans.append(span)
                self._changed.notify_all()
            else:
                self._dropped["queue-full"] += 1

    def close(self) -> None:
        """Send what waits, for `END_TIMEOUT` at most; the rest is dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(END_TIMEOUT)

    def observed(self) -> Iterator[Metric]:
        """Give how many spans were sent and dropped, for the metrics."""
        yield CounterMetricFamily(
            "gantei_spans_sent", "Spans that the collector of traces took", self._sent
        )
        dropped = CounterMetricFamily(
            "gantei_spans_dropped", "Spans that it did not take", labels=("reason",)
        )
        for reason, count in self._dropped.items():
            dropped.add_metric((reason,), count)
        yield dropped

    def _send_all(self) -> None:
        while batch := self._gathered():
            try:
                why, refused = self._send(batch)
            except Exception as error:  # noqa: BLE001 - the thread lives as long as the service
                why, refused = type(error).__name__, len(batch)
            self._sent += len(batch) - refused
            self._dropped["not-taken"] += refused
            self._tell(why)

    def _gathered(self) -> list[ReadableSpan]:
        """Wait for a span and what follows it soon; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._spans or self._closing)
            self._changed.wait_for(lambda: len(self._spans) >= BATCH or self._closing, PAUSE)
            return [self._spans.popleft() for _ in range(min(BATCH, len(self._spans)))]

    def _send(self, batch: Sequence[ReadableSpan]) -> tuple[str | None, int]:
        """Send a batch once; tell why it was not taken, and how many spans were not."""
        content = encode_spans(batch).SerializeToString()
        headers = {"content-type": "application/x-protobuf"}
        with self._client.stream("POST", self._url, content=content, headers=headers) as answer:
            if answer.status_code != 200:
                return f"status {answer.status_code}", len(batch)
            return None, _rejected(answer)

    def _tell(self, why: str | None) -> None:
        """Write a line when it begins to fail, and one when it works again."""
        if why and not self._failing:
            log("spans are not taken", logging.WARNING, why=why)
        elif self._failing and not why:
            log("spans are taken again")
        self._failing = bool(why)


def _rejected(answer: httpx.Response) -> int:
    """Read how many spans a collector that took a batch did not want."""
    content = b""
    for piece in answer.iter_raw():
        content += piece
        if len(content) > LARGEST_ANSWER:
            return 0
    message: Any = trace_service_pb2.ExportTraceServiceResponse()
    message.ParseFromString(content)
    return int(message.partial_success.rejected_spans)
