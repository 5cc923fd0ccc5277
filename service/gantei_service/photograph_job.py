"""One photograph, from its bytes to its entry in the answer: alone, or in batches with others."""

import asyncio
import base64
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal, TypeVar

from gantei.errors import PhotographError, drop_tracebacks
from gantei.estimator.estimator import Estimator
from gantei.explanations.explanation import Explanation, ExplanationKind
from gantei.explanations.overlay import draw_overlay
from gantei.inference.named_results import PreparedInputs, postprocess
from gantei.inference.network import InputArray, RawOutputs
from gantei.inference.pipeline import infer, prepare
from gantei.inference.postprocessing import shortest
from gantei.inference.prediction import PhotographResult
from gantei.photographs.eyes import Eye, EyeOption
from gantei.photographs.memory_needed import bytes_needed, exceeds_memory
from gantei.photographs.photograph import Photograph, open_photograph

from .batching import Batching
from .calibrated_members import calibrated_members, split_findings
from .logs import failure, log
from .metrics import Metrics
from .pool import Pool
from .problems import Problem
from .request_trace import UNTRACED, RequestTrace
from .service_memory import ServiceMemory

Explain = Literal["none", "map", "overlay"]
T = TypeVar("T")


@dataclass(frozen=True)
class UploadedPhotograph:
    """A photograph as it was sent, and what the request says about its eye."""

    name: str | None
    data: bytes
    eye: EyeOption = None


@dataclass
class PhotographJob:
    """The work on one photograph, up to its entry in the answer, which holds its own error."""

    upload: UploadedPhotograph
    estimators: Sequence[Estimator]
    explain: Explain
    request_id: str
    metrics: Metrics
    trace: RequestTrace = UNTRACED
    idle_threads: Executor | None = None
    """Workers that have nothing to do meanwhile."""

    def __post_init__(self) -> None:
        self._entry: dict[str, Any] = {"name": self.upload.name, "sha256": None, "size": None}
        self._note_eye(self.upload.eye)
        self._wanted: ExplanationKind | None = None if self.explain == "none" else "map"
        self._began = 0.0
        self._photograph: Photograph | None = None
        self._needed = 0
        self._steps = UNTRACED
        """Told of the steps of this photograph."""

    async def alone(self, pool: Pool) -> dict[str, Any]:
        """Go the whole way in one thread.

        Raises:
            Problem: `busy`, when too many large photographs wait.
        """
        return await self._answered(self._in_thread(pool, self._estimated))

    async def batched(self, pool: Pool, batching: Batching) -> dict[str, Any]:
        """Decode and finish in the workers, and share the networks with other photographs.

        Raises:
            Problem: as `alone`.
        """
        return await self._answered(self._by_batches(pool, batching))

    async def _answered(self, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        with self.trace.step("photograph") as self._steps:
            try:
                return await work
            except Problem:  # of the request
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this photograph's
                return self._failed(error)
            finally:
                if self._began:
                    self._count()

    async def _by_batches(self, pool: Pool, batching: Batching) -> dict[str, Any]:
        # The decoded photograph is not kept: many wait, and one may have 200 megapixels.
        prepared = await self._in_thread(pool, self._decoded)

        async def inferred(estimator: Estimator, each: InputArray) -> RawOutputs:
            with self._steps.step("infer", estimator=estimator.name):
                return await batching.infer(estimator, each, self._wanted)

        rows = await asyncio.gather(*map(inferred, self.estimators, prepared.inputs))
        if self.explain == "overlay":
            return await self._in_thread(
                pool, lambda photograph: self._finish(photograph, prepared, rows)
            )
        return await pool.run(lambda: self._finish(None, prepared, rows))

    async def _in_thread(self, pool: Pool, step: Callable[[Photograph], T]) -> T:
        """Run a step that decodes: in a worker, or, of a large photograph, once it has memory."""
        memory = pool.memory

        def in_worker() -> T | None:
            self._open(memory)
            if memory.is_large(self._needed):
                return None
            with memory.in_worker(self._needed):
                return self._decoding(step, self.idle_threads)

        if not memory.is_large(self._needed) and (done := await pool.run(in_worker)) is not None:
            pool.tidy_after(self._needed)
            return done
        return await pool.run_large(lambda: self._decoding(step), self._needed)

    def _open(self, memory: ServiceMemory) -> None:
        """Read the photograph's header, and estimate what decoding it takes.

        Raises:
            PhotographError: it is none, or needs more memory than there can be.
        """
        self._began = self._began or time.perf_counter()
        with self._steps.step("open"):
            photograph = open_photograph(self.upload.data, eye=self.upload.eye)
        height, width = photograph.size
        self._entry["sha256"] = photograph.sha256
        self._entry["size"] = {"height": height, "width": width}
        asked = [(each.manifest.input, each.reduces) for each in self.estimators]
        self._needed = bytes_needed(photograph, asked, is_drawn=self.explain == "overlay")
        if self._needed > memory.most:
            raise exceeds_memory(photograph, self._needed, memory.most)
        self._photograph = photograph

    def _decoding(self, step: Callable[[Photograph], T], idle: Executor | None = None) -> T:
        """Run a step, after which nothing keeps what it has decoded."""
        photograph, self._photograph = self._photograph, None
        try:
            photograph = photograph or open_photograph(self.upload.data, eye=self.upload.eye)
            if idle:
                photograph.seek_field_in(idle)
            return step(photograph)
        except Exception as error:
            drop_tracebacks(error)
            raise
        finally:
            if photograph:
                photograph.forget()

    def _decoded(self, photograph: Photograph) -> PreparedInputs:
        with self._steps.step("decode"), self.metrics.prepare_seconds.time():
            prepared = prepare(photograph, self.estimators, self._wanted)
            self._note_eye(prepared.eye)
            if prepared.error is not None:
                raise prepared.error
            return prepared

    def _estimated(self, photograph: Photograph) -> dict[str, Any]:
        prepared = self._decoded(photograph)
        rows = []
        for estimator, each in zip(self.estimators, prepared.inputs, strict=True):
            inferring = self.metrics.inferring(estimator.name, 1)
            with self._steps.step("infer", estimator=estimator.name), inferring:
                rows += infer(estimator, [each], self._wanted)
        return self._finish(photograph, prepared, rows)

    def _finish(
        self, photograph: Photograph | None, prepared: PreparedInputs, rows: Sequence[RawOutputs]
    ) -> dict[str, Any]:
        with self._steps.step("postprocess"):
            answer = postprocess(prepared, rows, self.estimators, self._wanted)
            if answer.error is not None:
                raise answer.error
            drawn_on = photograph if self.explain == "overlay" else None
            return self._entry | {
                "findings": [finding.as_dict() for finding in answer.photograph_findings],
                "appearance": answer.appearance and answer.appearance.as_dict(),
                "estimates": _estimates(drawn_on, answer, self.estimators),
            }

    def _failed(self, error: Exception) -> dict[str, Any]:
        if isinstance(error, PhotographError):
            self._entry["sha256"] = self._entry["sha256"] or error.sha256
            too_large = error.code == "exceeds-memory"
            kind = "photograph-too-large" if too_large else "unusable-photograph"
            problem = Problem(kind, error.finding)
        else:
            log("inference failed", logging.ERROR, request=self.request_id, **failure(error))
            problem = Problem("inference-failed")
        drop_tracebacks(error)  # of which one holds the decoded photograph, and the error
        return self._entry | {"problem": problem.details()}

    def _note_eye(self, eye: EyeOption) -> None:
        known = eye if isinstance(eye, Eye) else None
        self._entry["eye"] = known and known.side
        self._entry["eye_from"] = known and known.origin

    def _count(self) -> None:
        self.metrics.photographs.inc()
        self.metrics.photograph_seconds.observe(time.perf_counter() - self._began)


def _estimates(
    drawn_on: Photograph | None, answer: PhotographResult, estimators: Sequence[Estimator]
) -> dict[str, Any]:
    """Give each estimator's part of an entry, with overlays where there is what to draw on."""
    estimates: dict[str, Any] = {}
    for index, estimator in enumerate(estimators):
        prediction = answer.prediction(index)
        warnings, of_calibration = split_findings(answer.findings[index])
        estimates[estimator.name] = {
            "values": {
                name: {"value": value, "unit": prediction.units[name]}
                for name, value in prediction.values.items()
            },
            "warnings": warnings,
        } | calibrated_members(prediction, estimator.calibration, of_calibration)
        if explanation := prediction.explanation:
            value = prediction.values[explanation.of]
            estimates[estimator.name]["map"] = _map(explanation)
            if drawn_on is not None:
                image = draw_overlay(
                    drawn_on, explanation, value, estimator.manifest, prediction.warnings
                )
                file = BytesIO()
                image.save(file, "PNG")
                estimates[estimator.name]["overlay"] = {
                    "media_type": "image/png",
                    "base64": base64.b64encode(file.getvalue()).decode(),
                }
    return estimates


def _map(explanation: Explanation) -> dict[str, Any]:
    left, top, right, bottom = explanation.box
    return {
        "of": explanation.of,
        "unit": explanation.unit,
        "quantity": explanation.quantity,
        "bias": explanation.bias,
        "rows": [[shortest(number) for number in row] for row in explanation.map],
        "embedding": [shortest(number) for number in explanation.embedding],
        "box": {"left": left, "top": top, "right": right, "bottom": bottom},
    }
