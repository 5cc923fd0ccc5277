"""What the operator of a SuperLink tells it: which SuperNodes it may let in, and what to start."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .flower_bundle import app_bundle
from .link_process import OPERATOR_HEADER


class OperatorSecret:
    """Adds the operator's secret to each request."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def intercept(self, context: Any, call_next: Any) -> Any:
        """Send a request with the secret."""
        context.request.headers[OPERATOR_HEADER] = self._secret
        return call_next(context)


def register_and_start(
    address: str, certificate: Path, secret: str, keys: Mapping[str, str]
) -> None:
    """Let in the SuperNodes of these keys and nobody else's, and start gantei's app.

    Args:
        address: `host:port` of the SuperLink.
        certificate: the PEM file that it shows.
        secret: the operator's.
        keys: public keys in PEM, by a name for messages.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from flwr.common.serde import fab_to_proto
    from flwr.proto.control_pb2 import RegisterNodeRequest, StartRunRequest
    from flwr.supercore.control import ControlHttpClient
    from flwr.supercore.fab import Fab
    from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor
    from flwr.supercore.primitives.asymmetric import public_key_to_bytes

    control = ControlHttpClient.from_server_address(
        address,
        insecure=False,
        root_certificates=certificate.read_bytes(),
        interceptors=[
            RuntimeVersionHttpInterceptor(component_name="flwr CLI"),
            OperatorSecret(secret),
        ],
    )
    try:
        for pem in keys.values():
            public = public_key_to_bytes(load_pem_public_key(pem.encode()))
            control.RegisterNode(RegisterNodeRequest(public_key=public))
        bundle = app_bundle()
        fab = Fab(hashlib.sha256(bundle).hexdigest(), bundle, {})
        control.StartRun(StartRunRequest(fab=fab_to_proto(fab)))
    finally:
        control.close()
