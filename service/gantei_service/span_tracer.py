"""Traces of requests as OpenTelemetry's spans, for a collector that the server was told of.

Of OpenTelemetry there is the record of a span, and how OTLP writes it. Its provider, samplers,
propagators, resource detectors and exporters are not used: they take addresses, headers and names
from the environment.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from gantei.errors import SettingError
from gantei.system.offline import refuse_offline
from gantei.system.version import __version__

from .metrics import Metrics
from .request_trace import UNTRACED, Attribute, RequestTrace, RequestTracer
from .span_sender import SpanSender

SCOPE = InstrumentationScope("gantei_service", __version__)
OWN = "gantei."
"""Before the names of attributes that OpenTelemetry has no name for."""
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
"""W3C Trace Context, section 3.2; only versions to come may say more."""


class SpanTracer(RequestTracer):
    """Begins a trace for each request, and sends its spans."""

    def __init__(self, collector: str, metrics: Metrics) -> None:
        """Start to send.

        Args:
            collector: an address that `refuse_collector` lets pass.
            metrics: where spans are counted.

        Raises:
            SettingError, OfflineError: as `refuse_collector`.
        """
        refuse_collector(collector)
        self._sender = SpanSender(collector)
        metrics.observe(self._sender.observed)
        # Not Resource.create, which looks for the host, the process and the environment. The id
        # tells the processes of a service apart.
        resource = {"service.name": "gantei", "service.version": __version__}
        resource["service.instance.id"] = str(uuid4())
        self._recorder = _Recorder(self._sender.put, Resource(resource))

    def begin(self, parents: Sequence[str]) -> RequestTrace:
        """Begin a trace, or go on with that of whoever asks, unless they do not record it."""
        parent = _parent(parents)
        if parent and not parent.trace_flags.sampled:
            return UNTRACED
        return _Span(self._recorder, parent)

    def close(self) -> None:
        """Send what is left, for a short while at most."""
        self._sender.close()


def refuse_collector(address: str) -> None:
    """See that spans may be sent to an address.

    Raises:
        SettingError: it is none.
        OfflineError: `GANTEI_OFFLINE` is set.
    """
    refuse_offline("leave --traces out")
    try:
        split = urlsplit(address)
        usable = split.scheme in ("http", "https") and split.hostname and split.port != 0
    except ValueError:
        usable = False
    if not usable or split.query or split.fragment or "@" in split.netloc:
        raise SettingError(
            f"{address!r} is not the address of a collector, such as http://127.0.0.1:4318: http "
            "or https, the host, its port, and no user, password or query"
        )


@dataclass(frozen=True)
class _Recorder:
    """Where spans go, and whose they are."""

    put: Callable[[ReadableSpan], None]
    resource: Resource


class _Span(RequestTrace):
    """A span that has begun."""

    def __init__(self, recorder: _Recorder, parent: SpanContext | None) -> None:
        self._recorder = recorder
        self._parent = parent
        self._context = SpanContext(
            parent.trace_id if parent else secrets.randbits(128) or 1,
            secrets.randbits(64) or 1,
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.SAMPLED),
        )
        self._began = time.time_ns()
        self._since = time.perf_counter_ns()  # a clock that is set must not make it longer

    @contextmanager
    def step(self, name: str, **attributes: Attribute) -> Iterator[RequestTrace]:
        within = _Span(self._recorder, self._context)
        told: dict[str, Attribute] = {OWN + key: value for key, value in attributes.items()}
        failed = True
        try:
            yield within
            failed = False
        except BaseException as error:
            told["error.type"] = type(error).__name__  # its message may hold what was sent
            raise
        finally:
            within._ended(name, told, failed=failed)

    def answered(
        self, name: str, attributes: dict[str, Attribute], problem: str | None, *, failed: bool
    ) -> None:
        told = attributes | ({"error.type": problem} if problem else {})
        self._ended(name, told, failed=failed, kind=SpanKind.SERVER)

    def _ended(
        self,
        name: str,
        attributes: Mapping[str, Attribute],
        *,
        failed: bool,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> None:
        span = ReadableSpan(
            name,
            self._context,
            self._parent,
            self._recorder.resource,
            attributes,
            kind=kind,
            status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
            start_time=self._began,
            end_time=self._began + time.perf_counter_ns() - self._since,
            instrumentation_scope=SCOPE,
        )
        self._recorder.put(span)


def _parent(headers: Sequence[str]) -> SpanContext | None:
    """Read `traceparent`; what is none, or is there twice, is left aside, as its standard says."""
    found = _TRACEPARENT.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if not found or (found[1] == "00" and found[5]):
        return None
    trace, span = int(found[2], 16), int(found[3], 16)
    flags = TraceFlags(int(found[4], 16) & TraceFlags.SAMPLED)
    return SpanContext(trace, span, is_remote=True, trace_flags=flags) if trace and span else None
