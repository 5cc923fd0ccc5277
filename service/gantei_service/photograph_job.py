"""One photograph, from its bytes to its entry in the answer: alone, or in batches with others."""

import asyncio
import base64
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from gantei.errors import PhotographError, drop_tracebacks
from gantei.estimator.estimator import Estimator
from gantei.explanations.explanation import Explanation, ExplanationKind
from gantei.explanations.overlay import draw_overlay
from gantei.inference.named_results import PreparedInputs, postprocess
from gantei.inference.network import RawOutputs
from gantei.inference.pipeline import infer, prepare
from gantei.inference.postprocessing import shortest
from gantei.inference.prediction import PhotographResult
from gantei.photographs.eyes import Eye, EyeOption
from gantei.photographs.photograph import Photograph, open_photograph

from .batching import Batching
from .calibrated_members import calibrated_members, split_findings
from .logs import failure, log
from .metrics import Metrics
from .pool import Pool
from .problems import Problem

Explain = Literal["none", "map", "overlay"]
LARGE = 50
"""Megapixels above which one photograph at a time is decoded: 196 took 2.9 GB as an RGBA PNG."""
_ONE_LARGE = threading.Lock()


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

    def __post_init__(self) -> None:
        self._entry: dict[str, Any] = {"name": self.upload.name, "sha256": None, "size": None}
        self._note_eye(self.upload.eye)
        self._wanted: ExplanationKind | None = None if self.explain == "none" else "map"
        self._began = 0.0

    def alone(self) -> dict[str, Any]:
        """Go the whole way in the caller's thread."""
        try:
            with self._prepared() as (photograph, prepared):
                rows = []
                for estimator, each in zip(self.estimators, prepared.inputs, strict=True):
                    with self.metrics.inferring(estimator.name, 1):
                        rows += infer(estimator, [each], self._wanted)
                return self._finish(photograph, prepared, rows)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this photograph's
            return self._failed(error)
        finally:
            self._count()

    async def batched(self, pool: Pool, batching: Batching) -> dict[str, Any]:
        """Decode and finish in the workers, and share the networks with other photographs."""
        try:
            # The decoded photograph is not kept: many wait, and one may have 200 megapixels.
            prepared = await pool.run(self._decoded)
            rows = await asyncio.gather(
                *(
                    batching.infer(estimator, each, self._wanted)
                    for estimator, each in zip(self.estimators, prepared.inputs, strict=True)
                )
            )
            return await pool.run(lambda: self._finished(prepared, rows))
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(error)
        finally:
            if self._began:
                self._count()

    @contextmanager
    def _prepared(self) -> Iterator[tuple[Photograph, PreparedInputs]]:
        """Open, decode and prepare; a large photograph keeps other large ones waiting meanwhile."""
        self._began = time.perf_counter()
        with ExitStack() as memory:
            with self.metrics.prepare_seconds.time():
                photograph = open_photograph(self.upload.data, eye=self.upload.eye)
                height, width = photograph.size
                self._entry["sha256"] = photograph.sha256
                self._entry["size"] = {"height": height, "width": width}
                memory.enter_context(_room_for(photograph))
                prepared = prepare(photograph, self.estimators, self._wanted)
                self._note_eye(prepared.eye)
            if prepared.error is not None:
                raise prepared.error
            yield photograph, prepared

    def _decoded(self) -> PreparedInputs:
        with self._prepared() as (_, prepared):
            return prepared

    def _finished(self, prepared: PreparedInputs, rows: Sequence[RawOutputs]) -> dict[str, Any]:
        if self.explain != "overlay":
            return self._finish(None, prepared, rows)
        photograph = open_photograph(self.upload.data)
        with _room_for(photograph):
            return self._finish(photograph, prepared, rows)

    def _finish(
        self, photograph: Photograph | None, prepared: PreparedInputs, rows: Sequence[RawOutputs]
    ) -> dict[str, Any]:
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
            problem = Problem("unusable-photograph", error.finding)
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


@contextmanager
def _room_for(photograph: Photograph) -> Iterator[None]:
    """Wait, with a large photograph, until no other one takes up memory."""
    if photograph.megapixels <= LARGE:
        yield
        return
    with _ONE_LARGE:
        yield


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
