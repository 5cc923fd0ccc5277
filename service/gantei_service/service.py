"""The service in BentoML: a host for the application, which answers every request itself.

BentoML's own addresses have no limits, other errors, a page that loads scripts from the internet,
and a parser that writes photographs to the disk; the application stands before all of them. The
methods are what BentoML tells of the service: to its clients, and in the schema of a Bento.
Settings come from the environment, `gantei_service.settings.from_environment`.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["BENTOML_DO_NOT_TRACK"] = "True"

import bentoml
from bentoml.exceptions import BentoMLConfigException

from gantei.errors import GanteiError, SettingError
from gantei.wire.schemas import EstimatorList, PredictAnswer

from .asgi import App, AsgiMessage, Receive, Send
from .bentoml_internals import stop_reports, workers_of
from .bentoml_schema import ESTIMATORS, PREDICT, flat_schema
from .photograph_job import Explain
from .settings import PREFIX, Settings, from_environment

if TYPE_CHECKING:
    from .guard import Guard

stop_reports()

NAME = "gantei"
TIMEOUT = 300
"""Seconds; above all of the application's own limits together, which answer in their own words."""


class Front:
    """Middleware that leaves BentoML nothing but the start and the end of the process."""

    def __init__(self, app: App) -> None:
        from .logs import configure

        configure()
        self._bentoml = app
        self._close: Callable[[], None] = lambda: None
        self._gantei: App
        try:
            self._gantei = guard = _application()
            self._close = guard.close
        except GanteiError as error:
            self._bentoml = self._gantei = _refusal(str(error))

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Give requests to the application, the rest to BentoML."""
        inner = self._bentoml if scope["type"] == "lifespan" else self._gantei
        await inner(scope, receive, send)
        if scope["type"] == "lifespan":
            self._close()


def _refusal(why: str) -> App:
    """Make an application that does not start; an error would be taken for having no lifespan."""

    async def refuse(_: AsgiMessage, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": why})

    return refuse


def _application() -> "Guard":
    from .app import create_app

    return create_app(_settings())


def _settings() -> Settings:
    from .bento import carried, carried_calibrations

    settings = replace(from_environment(), host=f"bentoml {bentoml.__version__}")
    if not settings.estimators and (estimators := carried()):
        calibrations = settings.calibrations or carried_calibrations()
        settings = replace(settings, estimators=estimators, calibrations=calibrations)
    return settings


class _AnswerDescribed(bentoml.IODescriptor):
    """An answer that BentoML describes as the application does."""

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        return flat_schema(cls)


class _Predicted(_AnswerDescribed, PredictAnswer):
    __doc__ = PredictAnswer.__doc__


class _Listed(_AnswerDescribed, EstimatorList):
    __doc__ = EstimatorList.__doc__


class Methods:
    """Age and sex from fundus photographs. Research use; not for diagnosis."""

    @bentoml.api(route=PREDICT, output_spec=_Predicted)
    def predict(
        self,
        photographs: list[Path],
        estimators: list[str] = [],  # noqa: B006 - BentoML makes a schema of it
        explain: Explain = "none",
        eyes: list[str] = [],  # noqa: B006
    ) -> PredictAnswer:
        """Estimate for each photograph, as POST /v1/predict does."""
        raise _only_over_http()

    @bentoml.api(route=ESTIMATORS, output_spec=_Listed)
    def estimators(self) -> EstimatorList:
        """List what is served, as GET /v1/estimators does."""
        raise _only_over_http()

    @bentoml.on_deployment
    def refuse_wrong_settings() -> None:
        """See before any worker starts that it could: BentoML would try again and again.

        Raises:
            BentoMLConfigException: a setting makes no sense.
        """
        try:
            _check(_settings())
        except GanteiError as error:
            raise BentoMLConfigException(str(error)) from error


def _only_over_http() -> NotImplementedError:
    return NotImplementedError(
        "ask over HTTP, by bentoml.SyncHTTPClient; in Python, gantei.load(NAME).predict(...)"
    )


def _check(settings: Settings) -> None:
    """See that one worker can be made of these settings, as far as it costs no time.

    Raises:
        GanteiError: it cannot.
    """
    from .loaded import find_all
    from .tokens import Tokens

    if (workers := workers_of(NAME)) != 1:
        raise SettingError(
            f"BentoML's configuration says workers: {workers}. Each would plan with all of the "
            "memory, and /metrics would tell of one of them. Say workers: 1, which uses all cores "
            f"({PREFIX}WORKERS photographs at once); for more, start several services behind a "
            f"load balancer, each with its part of the memory ({PREFIX}MEMORY)"
        )
    find_all(settings.estimators, settings.calibrations)
    if settings.token_file:
        Tokens(settings.token_file)


def _hosted(environment: dict[str, str], **more: Any) -> Any:
    """Make the service of the methods, behind the application.

    Args:
        environment: of its process, where the user says nothing else.
        more: as `bentoml.service` takes it.
    """
    hosted = bentoml.service(
        Methods,
        name=NAME,
        workers=1,
        traffic={"timeout": TIMEOUT},
        metrics={"enabled": False},
        logging={"access": {"enabled": False}},
        envs=[{"name": name, "value": value} for name, value in environment.items()],
        **more,
    )
    hosted.add_asgi_middleware(Front)
    return hosted


# As this module and `import gantei` set them, here from the start and for what a container builds.
_SILENT = {"BENTOML_DO_NOT_TRACK": "True", "ORT_DISABLE_TELEMETRY": "1"}

Gantei = _hosted(_SILENT)
GanteiOnGpu = _hosted(_SILENT | {f"{PREFIX}DEVICE": "cuda"}, resources={"gpu": 1})
"""For an NVIDIA GPU: BentoML shows it one, by CUDA_VISIBLE_DEVICES. Without, it does not start."""
