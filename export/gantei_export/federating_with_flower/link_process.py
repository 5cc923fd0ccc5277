"""`python -m` this to run a Flower SuperLink whose operator alone can start something on it.

By itself a SuperLink runs the program of whoever reaches its port. This one wants a secret for all
that its operator does; what SuperNodes and the started app do is signed or has a token.
"""

import hmac
import os
from typing import Any

from .flower_install import allow_slow_starts

SECRET_VARIABLE = "GANTEI_FLOWER_SECRET"  # noqa: S105 - its name
"""The environment variable that holds it; never an argument, which every user of a machine sees."""
OPERATOR_HEADER = "x-gantei-operator"
GUARDED = ("/v1/control/", "/docs", "/openapi.json")


def main() -> None:
    """Run `flower-superlink` with the arguments given, within that bound."""
    from flwr.superlink import extensions
    from flwr.superlink.cli import flower_superlink
    from starlette.middleware import Middleware

    before = extensions.get_middleware
    secret = os.environ.pop(SECRET_VARIABLE)
    extensions.get_middleware = lambda: (Middleware(OperatorOnly, secret=secret), *before())
    allow_slow_starts()
    flower_superlink()


class OperatorOnly:
    """ASGI middleware that answers 403 to a guarded path without the secret."""

    def __init__(self, app: Any, secret: str) -> None:
        self._app, self._secret = app, secret.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on what is allowed."""
        if scope["type"] == "http" and not self._is_allowed(scope):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send)

    def _is_allowed(self, scope: Any) -> bool:
        if not scope["path"].startswith(GUARDED):
            return True
        headers = dict(scope["headers"])
        return hmac.compare_digest(headers.get(OPERATOR_HEADER.encode(), b""), self._secret)


if __name__ == "__main__":
    main()
