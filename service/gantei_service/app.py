"""The service as one ASGI application, whoever hosts it."""

import logging
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

import gantei
from gantei.errors import GanteiError, MissingExtraError
from gantei.system.install_command import how_to_add

from . import h11_patterns
from .context import LiveContext, load_context
from .guard import RECORD, Guard
from .logs import failure, log
from .measured_memory import planned
from .metrics import Metrics
from .openapi import SERVERS, TAGS, DescribedApp
from .pool import Pool
from .problems import MEDIA_TYPE, Problem
from .reloading import Reloader
from .request_trace import RequestTracer
from .routes import (
    bentoml_client,
    estimators,
    open_inference,
    open_inference_models,
    page,
    predict,
    probes,
    reload,
)
from .served_certificate import ServedCertificate
from .service_memory import ServiceMemory
from .settings import Settings
from .state_metrics import build_metrics, estimator_metrics
from .tokens import Tokens

DESCRIPTION = (
    "Age and sex from fundus photographs (眼底写真からの年齢・性別推定). Research use; not an "
    "approved medical device; not for diagnosis. 研究用です。診断には使えません。"
)

# FastAPI's own traces tell addresses, queries and messages of errors to the collector that the
# environment names (FASTAPI_OTEL_AUTO_CONFIGURE), or to that of the program it is embedded in.
UNTOLD: Any = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False,
    "auto_configure": False,
}  # fmt: skip


class HostedService(NamedTuple):
    """The application, and what it shares with whoever hosts it.

    Attributes:
        app: answers requests.
        reloader: reads everything again that it answers with.
        live: that, as it is at the moment.
        metrics: what is counted.
    """

    app: Guard
    reloader: Reloader
    live: LiveContext
    metrics: Metrics


def create_app(settings: Settings) -> Guard:
    """Give the application alone, as `create_service` makes it."""
    return create_service(settings).app


def create_service(
    settings: Settings, certificate: ServedCertificate | None = None
) -> HostedService:
    """Load the estimators, start their check, and give the application.

    Args:
        settings: all that can be chosen.
        certificate: what its host shows, and reads again with the rest.

    Raises:
        GanteiError: an estimator cannot be loaded, the token file cannot be used, traces cannot be
            sent, or there is too little memory.
    """
    h11_patterns.use()
    metrics = Metrics()
    tracer = _tracer(settings, metrics)
    tokens = Tokens(settings.token_file) if settings.token_file else None
    memory = ServiceMemory(planned(settings), metrics)
    capacity = max(settings.queue, settings.photographs)
    pool = Pool(settings.workers, capacity, metrics, memory)
    context = load_context(settings, pool, metrics)
    live = LiveContext(context)
    metrics.observe(partial(build_metrics, settings.host))
    metrics.observe(partial(estimator_metrics, live))
    reloader = Reloader(live, tokens, certificate)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.close()
        if live.now.batching:
            live.now.batching.close()
        tracer.close()

    app = DescribedApp(
        title="gantei",
        version=gantei.__version__,
        description=DESCRIPTION,
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        servers=SERVERS,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,  # FastAPI's pages load scripts from the internet; ours is in routes/page.py
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry=UNTOLD,
    )
    every = (predict, open_inference, open_inference_models, bentoml_client, estimators, probes)
    for module in every:
        app.include_router(module.router(live))
    if tokens and settings.reload_address:
        app.include_router(reload.router(reloader))
    app.include_router(page.router())
    app.add_exception_handler(Problem, _answer_with_problem)
    app.add_exception_handler(RequestValidationError, _answer_with_problem)
    guard = Guard(app, settings, metrics, tokens, tracer)
    memory.follow(planned(settings), guard.in_use)
    pool.submit(context.first_check).add_done_callback(_report)
    return HostedService(guard, reloader, live, metrics)


def _tracer(settings: Settings, metrics: Metrics) -> RequestTracer:
    if settings.traces is None:
        return RequestTracer()
    try:
        from .span_tracer import SpanTracer
    except ImportError as error:
        raise MissingExtraError(f"traces need {error.name}: {how_to_add('tracing')}") from error
    return SpanTracer(settings.traces, metrics)


def _report(checked: Future[list[GanteiError]]) -> None:
    if not checked.cancelled() and (error := checked.exception()):
        log("the check could not be finished", logging.ERROR, **failure(error))


async def _answer_with_problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem("invalid-request")
    record = request.scope[RECORD]
    record.problem = problem.kind
    return Response(problem.body(record), problem.status, problem.headers, MEDIA_TYPE)
