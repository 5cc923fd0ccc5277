"""Certificates, tokens and estimators are read again while the server runs, all or none of them.

Everything new is opened and checked beside what is served, and takes its place at once. Requests
that have begun keep what they began with; it is freed when the last of them has its answer.
"""

import asyncio
import logging
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from gantei.errors import EstimatorError, GanteiError, SettingError, drop_tracebacks
from gantei.findings.finding import Finding
from gantei.wire.schemas import Reloaded

from .context import LiveContext, ServiceContext, load_context
from .free_memory import free_memory
from .loaded import memory_to_load
from .logs import failure, log
from .problems import Problem
from .served_certificate import ReadCertificate, ServedCertificate
from .settings import MEGABYTE
from .tokens import ReadTokens, Tokens

SIGNAL = "SIGHUP"
EXPIRES_SOON = 21
"""Days before its end from which a certificate is warned of when it is read."""


class _Made(NamedTuple):
    """All that is read anew, checked and not yet in use."""

    context: ServiceContext
    tokens: ReadTokens | None
    certificate: ReadCertificate | None


class Reloader:
    """Reads everything again, for one who asks at a time."""

    def __init__(
        self, live: LiveContext, tokens: Tokens | None, certificate: ServedCertificate | None
    ) -> None:
        self._live = live
        self._tokens = tokens
        self._certificate = certificate
        self._one = asyncio.Lock()
        self._told_result(successful=True)
        if certificate:
            self._tell_expiry(certificate.expires)

    async def asked(self, by: str) -> Reloaded:
        """Reload for a request.

        Args:
            by: whose token it came with, for the log.

        Raises:
            Problem: `reload-running`, or `reload-failed` with the reason; all is as it was.
        """
        if self._one.locked():
            raise Problem("reload-running", headers={"retry-after": "5"})
        return await self._reload(by)

    async def signalled(self) -> None:
        """Reload for a signal, after one that is under way; what goes wrong is in the log."""
        try:
            await self._reload(SIGNAL)
        except Problem:
            return

    async def _reload(self, by: str) -> Reloaded:
        async with self._one:
            began = time.perf_counter()
            with self._failing(by):
                # Not in a worker: photographs wait for those.
                made = await asyncio.to_thread(self._make)
            self._use(made)
        told = Reloaded(
            estimators=[*made.context.loaded],
            tokens=made.tokens and len(made.tokens.owners),
            certificate_expires=made.certificate and made.certificate.expires.isoformat(),
        )
        self._live.now.metrics.reloads.labels("done").inc()
        self._told_result(successful=True)
        log(
            "reloaded", by=by, **told.model_dump(),
            milliseconds=round(1000 * (time.perf_counter() - began)),
        )  # fmt: skip
        return told

    def _make(self) -> _Made:
        """Read, open and check everything; the cheap and the likely to fail first.

        Raises:
            GanteiError: something cannot be used, or there is no memory for both.
        """
        certificate = self._certificate.read() if self._certificate else None
        tokens = self._tokens.read() if self._tokens else None
        now = self._live.now
        self._require_memory()
        context = load_context(now.settings, now.pool, now.metrics)
        if errors := context.check():
            raise EstimatorError("; ".join(map(str, errors)))
        return _Made(context, tokens, certificate)

    def _require_memory(self) -> None:
        now, free = self._live.now, free_memory()
        on_gpu = any(each.estimator.device != "cpu" for each in now.loaded.values())
        needed = memory_to_load(now.settings.estimators, now.settings.batch, on_gpu=on_gpu)
        if free is not None and needed > free:
            raise SettingError(
                f"beside the estimators that are served, the new ones need {needed // MEGABYTE} MB "
                f"of memory, and {free // MEGABYTE} MB are free; restart instead, or give it more"
            )

    def _use(self, made: _Made) -> None:
        """Put what is new in the place of the old, at once."""
        old, self._live.now = self._live.now, made.context
        if old.batching:
            weakref.finalize(old, old.batching.close)
        if self._tokens and made.tokens:
            self._tokens.use(made.tokens)
        if self._certificate and made.certificate:
            self._certificate.use(made.certificate)
            self._tell_expiry(made.certificate.expires)

    @contextmanager
    def _failing(self, by: str) -> Iterator[None]:
        """Tell of what goes wrong.

        Raises:
            Problem: `reload-failed`.
        """
        try:
            yield
        except Exception as error:
            known = isinstance(error, GanteiError)
            why = str(error) if known else type(error).__name__
            places = {} if known else failure(error)
            drop_tracebacks(error)  # which hold what was opened
            self._live.now.metrics.reloads.labels("failed").inc()
            self._told_result(successful=False)
            log("reload failed: all is as it was", logging.ERROR, by=by, why=why, **places)
            raise Problem("reload-failed", Finding("reload-failure", why=why)) from error

    def _told_result(self, *, successful: bool) -> None:
        metrics = self._live.now.metrics
        metrics.reload_successful.set(successful)
        metrics.reload_time.set_to_current_time()

    def _tell_expiry(self, expires: datetime) -> None:
        self._live.now.metrics.certificate_expires(expires.timestamp())
        days = (expires - datetime.now(UTC)).days
        if days < EXPIRES_SOON:
            log("certificate expires soon", logging.WARNING, at=expires.isoformat(), days=days)
