"""The service as one ASGI application, whoever hosts it."""

import logging
import time
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

import gantei
from gantei.inference.pipeline import batch_size

from . import h11_patterns
from .batching import Batching
from .context import ServiceContext
from .guard import RECORD, Guard
from .loaded import check_all, load_all
from .logs import failure, log
from .metrics import Metrics
from .openapi import DescribedApp
from .pool import Pool
from .problems import MEDIA_TYPE, Problem
from .routes import bentoml_client, estimators, open_inference, page, predict, probes
from .settings import Settings

DESCRIPTION = (
    "Age and sex from fundus photographs (眼底写真からの年齢・性別推定). Research use; not an "
    "approved medical device; not for diagnosis. 研究用です。診断には使えません。"
)


def create_app(settings: Settings) -> Guard:
    """Load the estimators, start their check, and give the application.

    Raises:
        GanteiError: an estimator cannot be loaded, or the token file cannot be used.
    """
    h11_patterns.use()
    metrics = Metrics()
    pool = Pool(settings.workers, max(settings.queue, settings.photographs), metrics)
    loaded = load_all(
        settings.estimators, settings.device, settings.batch, calibrations=settings.calibrations
    )
    networks = [each.estimator for each in loaded.values()]
    size = settings.batch or batch_size(networks)
    batching = Batching(networks, size, settings.workers, metrics) if size > 1 else None
    context = ServiceContext(settings, loaded, pool, metrics, batching)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.close()
        if batching:
            batching.close()

    app = DescribedApp(
        title="gantei",
        version=gantei.__version__,
        description=DESCRIPTION,
        docs_url=None,  # FastAPI's pages load scripts from the internet; ours is in routes/page.py
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    for module in (predict, open_inference, bentoml_client, estimators, probes):
        app.include_router(module.router(context))
    app.include_router(page.router())
    app.add_exception_handler(Problem, _answer_with_problem)
    app.add_exception_handler(RequestValidationError, _answer_with_problem)
    guard = Guard(app, settings, metrics)
    pool.submit(lambda: _check(context)).add_done_callback(_report)
    return guard


def _check(context: ServiceContext) -> None:
    began = time.perf_counter()
    warm_up = context.batching.warm_up if context.batching else None
    for error in check_all(list(context.loaded.values()), warm_up):
        log("estimator failed its check", logging.ERROR, **failure(error))
    log(
        "estimators checked",
        states={name: each.state for name, each in context.loaded.items()},
        golden={name: each.golden for name, each in context.loaded.items()},
        milliseconds=round(1000 * (time.perf_counter() - began)),
    )


def _report(checked: Future[None]) -> None:
    if not checked.cancelled() and (error := checked.exception()):
        log("the check could not be finished", logging.ERROR, **failure(error))


async def _answer_with_problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem("invalid-request")
    record = request.scope[RECORD]
    record.problem = problem.kind
    return Response(problem.body(record), problem.status, problem.headers, MEDIA_TYPE)
