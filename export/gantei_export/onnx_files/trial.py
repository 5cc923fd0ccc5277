"""Running a stranger's graph and what was made of it: they have to answer alike, bit for bit."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from gantei.errors import ConversionError, GanteiError
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.inference.session import NO_EXTERNAL_DATA, open_session

from ..adopted_graphs.adoption import Picture
from ..onnx_graph.graph import PHOTOGRAPH, Array
from ..refusals.other_ways import TORCH_EXPORT
from ..verification.comparison import DEFAULT_SIDE, TOLERANCE
from .onnx_file import OnnxFile

SEED = 1
RANGES = ((0.0, 1.0), (0.0, 255.0), (-3.0, 3.0))
"""Of the values of each picture: what networks are fed, whatever they scale by themselves.

A network that takes roots or logarithms of pixels answers none below 0: then the last is left out.
"""

MOST_PIXELS = 1 << 23
"""Of all pictures that the graph takes at once; the largest networks in use take 600 x 600."""


@dataclass(frozen=True)
class Trial:
    """What came of it: how many values a picture gets, and whether they come as float32 (n, k)."""

    sha256: str
    units: int
    plain: bool
    verification: Mapping[str, Any] | None = None


def try_out(
    file: OnnxFile, size: tuple[int, int] | None, converted: Callable[[Trial], bytes]
) -> Trial:
    """Run the file's graph and its conversion on pictures of noise, alone and together.

    Args:
        file: the file, which has been checked.
        size: (height, width) in px where the file leaves it open; None: 224 px.
        converted: gives the bytes of its conversion.

    Raises:
        ConversionError: one does not run, or they differ, or an answer depends on what else is in
            the batch, or on chance.
    """
    name, picture = file.name, file.picture
    sides, batch = _sides(picture, size), picture.batch or 1
    if batch * sides[0] * sides[1] > MOST_PIXELS:
        raise ConversionError(f"{name}: takes {batch} picture(s) of {sides} px at once; refused")
    pictures = _pictures(sides)
    original = _Session(file.content, name)
    layout = (0, 3, 1, 2) if picture.layout == "NCHW" else (0, 1, 2, 3)
    fed = [np.repeat(one[np.newaxis], batch, 0) for one in pictures]
    theirs = [
        original.run(file.output, picture.name, np.ascontiguousarray(one.transpose(layout)))
        for one in fed
    ]
    if not np.isfinite(theirs[-1]).all():
        pictures, fed, theirs = pictures[:-1], fed[:-1], theirs[:-1]
    units = _units(theirs[0].shape, batch, name)
    plain = theirs[0].dtype == np.float32 and theirs[0].ndim == 2
    trial = Trial(file.sha256, units, plain)
    content = converted(trial)
    expected = [one.astype(np.float32).reshape(batch, units) for one in theirs]
    ours = _Session(content, name)
    for one, values in zip(fed, expected, strict=True):
        if not np.isfinite(values).all():
            raise ConversionError(f"{name}: answers a picture of noise by {values.flat[0]}")
        if not np.array_equal(ours.run("answer_0", PHOTOGRAPH, one), values):
            raise ConversionError(
                f"{name}: its own graph and what gantei makes of it differ: please report it"
            )
    together = _together(content, pictures, name)
    alone = np.stack([values[0] for values in expected])
    difference = np.abs(together - alone) / np.maximum(1, np.abs(alone))
    if not (difference <= TOLERANCE).all():
        raise ConversionError(
            f"{name}: the answer to one picture depends on what is beside it (by "
            f"{difference.max():.3g}); export it for any number of pictures: {TORCH_EXPORT}"
        )
    told = {
        "pictures": len(pictures),
        "of": "pictures of noise",
        "largest_difference": float(difference.max()),
        "all_alike": bool((alone == alone[0]).all()),
        "judge": {"the file's own graph in onnxruntime": version("onnxruntime")},
        "runtime": {"onnxruntime": version("onnxruntime")},
    }
    return replace(trial, verification=told)


class _Session:
    """ONNX Runtime without its optimisations: what is run is what is written."""

    def __init__(self, content: bytes, name: str) -> None:
        runtime = onnx_runtime()
        options = runtime.SessionOptions()
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry(NO_EXTERNAL_DATA, os.path.join(os.devnull, "none"))  # noqa: PTH118
        self._name = name
        try:
            self._session = runtime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no base class of their own
            raise ConversionError(f"{name}: ONNX Runtime cannot open it: {error!s:.300}") from error

    def run(self, output: str, given: str, pictures: Array) -> Array:
        """GraphOutput pictures."""
        try:
            (answer,) = self._session.run([output], {given: pictures})
        except Exception as error:
            raise ConversionError(
                f"{self._name}: does not run on pictures of {pictures.shape} (where its input's "
                f"size is open, state it: --set input.size=HEIGHTxWIDTH): {error!s:.300}"
            ) from error
        kind = getattr(answer, "dtype", type(answer).__name__)
        if kind not in (np.float32, np.float64):
            raise ConversionError(
                f"{self._name}: answers with {kind!s:.40}, not float32: export it in float32, and "
                "without what decides between classes"
            )
        return np.asarray(answer)


def _together(content: bytes, pictures: Array, name: str) -> Array:
    """GraphOutput all pictures at once, twice, as an estimator does."""
    try:
        session = open_session(content, "cpu", None, name)
        first, again = (session.run(["answer_0"], {PHOTOGRAPH: pictures})[0] for _ in range(2))
    except GanteiError as error:
        raise ConversionError(str(error)) from error
    except Exception as error:
        raise ConversionError(
            f"{name}: takes one picture at a time only, or a fixed number of them; export it for "
            f"any number: {TORCH_EXPORT}"
        ) from error
    if not np.array_equal(first, again):
        raise ConversionError(f"{name}: does not answer the same picture the same way twice")
    if len(first) != len(pictures):
        raise ConversionError(f"{name}: gives {len(first)} answers to {len(pictures)} pictures")
    return np.asarray(first)


def _sides(picture: Picture, size: tuple[int, int] | None) -> tuple[int, int]:
    height, width = (
        fixed or stated
        for fixed, stated in zip(picture.size, size or (DEFAULT_SIDE, DEFAULT_SIDE), strict=True)
    )
    return height, width


def _pictures(sides: tuple[int, int]) -> Array:
    rng = np.random.default_rng(SEED)
    return np.stack([rng.uniform(*ends, (*sides, 3)).astype(np.float32) for ends in RANGES])


def _units(shape: tuple[int, ...], batch: int, name: str) -> int:
    """Tell how many values one picture gets; an answer is a row of them."""
    inner = shape[1:] if shape[:1] == (batch,) else shape if batch == 1 else None
    if inner is None or 0 in shape or len([side for side in inner if side != 1]) > 1:
        raise ConversionError(
            f"{name}: answers {batch} picture(s) with the shape {list(shape)[:12]}; an estimator's "
            "answer is (n, units)"
        )
    return int(np.prod(inner, dtype=np.int64))
