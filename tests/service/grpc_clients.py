"""Clients of gRPC: grpcio's, and a connection of HTTP/2 that sends what no client would."""

import socket
import struct
import warnings
from contextlib import contextmanager, suppress
from types import SimpleNamespace

from .conftest import wait_until
from .running_servers import answers, running

SERVICE = "/inference.GRPCInferenceService/"
INFER = f"{SERVICE}ModelInfer"


@contextmanager
def serving(settings, certificate=None, hangups=None, ready=True):
    """A running server; gives the address of its HTTP, and the port of its gRPC."""
    from gantei_service.server import server_of

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = server_of(settings, certificate, hangups, listening)
        scheme = "https" if certificate else "http"
        with running(server, scheme) as url:
            if ready and not certificate:
                wait_until(lambda: answers(url))
            port = listening.getsockname()[1]
            yield SimpleNamespace(url=url, port=port, target=f"127.0.0.1:{port}", server=server)


def messages():
    """The protocol's messages as Triton's client has them."""
    with warnings.catch_warnings():  # of gevent, about what was imported before it
        warnings.simplefilter("ignore")
        from tritonclient.grpc import service_pb2

    return service_pb2


def infer_request(*pictures, raw=False, shape=None, **members):
    """A `ModelInferRequest` of one input."""
    pb = messages()
    request = pb.ModelInferRequest(**{"model_name": "made"} | members)
    tensor = request.inputs.add(name="photograph", datatype="BYTES")
    tensor.shape.extend(shape or [len(pictures)])
    if raw:
        request.raw_input_contents.append(
            b"".join(struct.pack("<I", len(each)) + each for each in pictures)
        )
    else:
        tensor.contents.bytes_contents.extend(pictures)
    return request


def method(channel, name):
    """A method of the service, on a channel of grpcio."""
    pb = messages()
    answer = getattr(pb, f"{name}Response")
    return channel.unary_unary(
        f"{SERVICE}{name}",
        request_serializer=lambda request: request.SerializeToString(),
        response_deserializer=answer.FromString,
    )


def metadata_of(error):
    return {each.key: each.value for each in error.trailing_metadata()}


class RawConnection:
    """A client of HTTP/2 that sends what it is told."""

    def __init__(self, port, preface=True):
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        if preface:
            self.h2.initiate_connection()
            self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def begin(self, path=INFER, end=False, **headers):
        """Begin a call; gives its number."""
        stream = self.h2.get_next_available_stream_id()
        pseudo = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost"}
        usual = {"te": "trailers", "content-type": "application/grpc"}
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        every = pseudo | usual | sent
        self.h2.send_headers(stream, [pair for pair in every.items() if pair[1]], end_stream=end)
        self.flush()
        return stream

    def send(self, stream, data, end=False):
        self.h2.send_data(stream, data, end)
        self.flush()

    def answer(self, stream):
        """All headers and trailers of a call; and whether the server withdrew what was to come."""
        from h2 import events

        told, is_reset = {}, None
        for event in self.events():
            if getattr(event, "stream_id", None) != stream:
                continue
            if isinstance(event, events.ResponseReceived | events.TrailersReceived):
                told |= dict(event.headers)
            elif isinstance(event, events.StreamReset):
                is_reset = event.error_code
                break
            elif isinstance(event, events.StreamEnded):
                break
        return told, is_reset

    def events(self):
        """Whatever the server sends, until it ends the connection."""
        while data := self.socket.recv(65536):
            yield from self.h2.receive_data(data)
            self.flush()

    def ended_by(self):
        """The error code by which the server ends the connection; None: without one."""
        from h2 import events

        code = None
        with suppress(ConnectionError):
            for event in self.events():
                if isinstance(event, events.ConnectionTerminated):
                    code = event.error_code
        return code


def framed(message):
    """A message behind its head."""
    return b"\0" + struct.pack(">I", len(message)) + message
