"""A collector of OpenTelemetry's spans (OTLP over HTTP), which keeps what it was sent."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from .conftest import wait_until


class Collector:
    """What came: requests as (path, headers, message), and spans."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.requests = []
        self.status = 200
        self.rejects = 0
        """Spans that it says it does not want."""
        self.release = Event()
        self.release.set()
        """While it is not set, no request is answered."""

    @property
    def bodies(self):
        return b"".join(message.SerializeToString() for _, _, message in self.requests)

    @property
    def resources(self):
        return [each.resource for _, _, message in self.requests for each in message.resource_spans]

    @property
    def spans(self):
        return [
            span
            for _, _, message in self.requests
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def waited_for(self, count):
        """The spans, once there are so many."""
        wait_until(lambda: len(self.spans) >= count)
        assert len(self.spans) == count, [span.name for span in self.spans]
        return self.spans


@contextmanager
def collecting():
    """A collector on loopback, until the end of the block."""
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["content-length"]))
            message = otlp.ExportTraceServiceRequest.FromString(content)
            collector.release.wait(30)
            told = otlp.ExportTracePartialSuccess(rejected_spans=collector.rejects)
            answer = otlp.ExportTraceServiceResponse(partial_success=told).SerializeToString()
            self.send_response(collector.status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            collector.requests.append((self.path, dict(self.headers), message))

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(server.server_port)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            collector.release.set()
            server.shutdown()
            thread.join()


def attributes(told):
    """The attributes of a span or a resource."""
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in told.attributes
    }
