"""The service in BentoML: a host for the application, which answers every request itself.

BentoML's own addresses have no limits, other errors, and a page that loads scripts from the
internet; the application stands before all of them. Settings come from the environment,
`gantei_service.settings.from_environment`.
"""

import os
from dataclasses import replace
from typing import Any

os.environ["BENTOML_DO_NOT_TRACK"] = "True"

import bentoml
from bentoml._internal.utils.analytics import usage_stats

from gantei.errors import GanteiError

from .asgi import App, AsgiMessage, Receive, Send

# BentoML's own command has asked, and remembers the answer, before it imports this module.
usage_stats.do_not_track.cache_clear()

TIMEOUT = 300
"""Seconds; above all of the application's own limits together, which answer in their own words."""


class Front:
    """Middleware that leaves BentoML nothing but the start and the end of the process."""

    def __init__(self, app: App) -> None:
        from .logs import configure

        configure()
        self._bentoml = app
        try:
            self._gantei: App = _application()
        except GanteiError as error:
            self._bentoml = self._gantei = _refusal(str(error))

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Give requests to the application, the rest to BentoML."""
        inner = self._bentoml if scope["type"] == "lifespan" else self._gantei
        await inner(scope, receive, send)


def _refusal(why: str) -> App:
    """Make an application that does not start; an error would be taken for having no lifespan."""

    async def refuse(_: AsgiMessage, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": why})

    return refuse


def _application() -> App:
    from .app import create_app
    from .bento import carried, carried_calibrations
    from .settings import from_environment

    settings = from_environment()
    if not settings.estimators and (estimators := carried()):
        calibrations = settings.calibrations or carried_calibrations()
        settings = replace(settings, estimators=estimators, calibrations=calibrations)
    return create_app(settings)


@bentoml.service(
    name="gantei",
    workers=1,
    traffic={"timeout": TIMEOUT},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
class Gantei:
    """Answers nothing by itself."""


service: Any = Gantei  # what the decorator makes of the class
service.add_asgi_middleware(Front)
