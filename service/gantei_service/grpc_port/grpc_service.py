"""gRPC as `gantei serve` has it: calls behind the guard of HTTP, on a port of their own."""

import socket
from functools import partial

from ..app import HostedService
from ..state_metrics import connection_metrics
from .grpc_calls import GrpcCalls
from .grpc_status import GrpcAnswers
from .http2_listener import MOST_CONNECTIONS, Http2Listener


def grpc_listener(service: HostedService, listening: socket.socket) -> Http2Listener:
    """Make what listens for calls.

    Args:
        service: whose estimators, tokens, bounds and counters they share.
        listening: a bound socket.
    """
    guard = service.app
    calls = GrpcCalls(service.live, lambda: guard.most_of_body)
    listener = Http2Listener(GrpcAnswers(guard.beside(calls)), listening)
    service.metrics.observe(
        partial(connection_metrics, listener.connections, MOST_CONNECTIONS, "gantei_grpc")
    )
    return listener
