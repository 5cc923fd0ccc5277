"""A converted estimator's answers beside those of another implementation, on drawn photographs."""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.demo import draw_photograph, person
from gantei.errors import ConversionError
from gantei.inference.session import open_session
from gantei.manifests.fields import UNKNOWN, Side
from gantei.manifests.manifest import Manifest, MeanStd
from gantei.photographs.preprocessing import prepare

PICTURES = 8
SEED = 1
DRAWING_SCALE = 0.3
DEFAULT_SIDE = 224
"""Pixels, where the network takes any size."""
TOLERANCE = 1e-4
"""Largest absolute difference that a right conversion shows, relative to values above 1."""


def draw_batch(manifest: Manifest) -> NDArray[np.float32]:
    """Draw photographs and prepare them as the manifest says; what it leaves open is made up."""
    made_up = {
        "size": (DEFAULT_SIDE, DEFAULT_SIDE),
        "scale": MeanStd(mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5)),
    }
    open_facts = {key for key in made_up if getattr(manifest.input, key) == UNKNOWN}
    spec = manifest.input.model_copy(update={key: made_up[key] for key in open_facts})
    return np.stack([prepare(pixels, spec, side) for pixels, side in _photographs()])


@cache
def _photographs() -> tuple[tuple[NDArray[np.uint8], Side], ...]:
    """Draw photographs, always the same: it takes longer than most comparisons."""
    drawn = []
    for number in range(1, PICTURES + 1):
        who = person(SEED, number)
        eye = who.eyes[0]
        pixels = np.array(draw_photograph(SEED, who, eye, scale=DRAWING_SCALE).image)
        pixels.flags.writeable = False
        drawn.append((pixels, eye.side))
    return tuple(drawn)


def compare(
    folder: Path,
    manifest: Manifest,
    batch: NDArray[np.float32],
    expected: NDArray[np.float32],
    judge: dict[str, str],
    *,
    output: str | None = None,
) -> dict[str, Any]:
    """Run the ONNX file on a batch, and hold its answers against what is expected.

    Args:
        folder: the estimator's folder, with its ONNX file.
        manifest: the estimator's manifest.
        batch: what the network is shown, float32 (n, height, width, 3).
        expected: what the judge answered.
        judge: versions of the packages that did, the one that counts first.
        output: the name of what is compared in the ONNX file; None: the estimator's answer.

    Returns:
        What stands in `provenance.json`: pictures, largest difference, versions.

    Raises:
        ConversionError: the two differ by more than 1e-4, relative where values exceed 1; of
            another output than the answer, relative to its largest value.
    """
    content = (folder / (manifest.weights.file if manifest.weights else "")).read_bytes()
    session, by = open_session(content, "cpu", None, manifest.name), next(iter(judge))
    wanted = [output] if output else list(manifest.output)
    actual = session.run(wanted, {session.get_inputs()[0].name: batch})[0]
    if expected.shape != actual.shape:
        raise ConversionError(
            f"{manifest.name}: the converted network answers {actual.shape}, {by} "
            f"{expected.shape}; nothing was installed. Please report the file's architecture"
        )
    difference = np.abs(actual - expected)
    # Small numbers of an embedding are sums of large ones.
    sizes = np.abs(expected).max() if output else np.abs(expected)
    if not (difference <= TOLERANCE * np.maximum(1, sizes)).all():
        raise ConversionError(
            f"{manifest.name}: the converted network differs from {by} by "
            f"{difference.max():.3g}; nothing was installed. Please report the file's architecture"
        )
    return {
        "pictures": len(batch),
        "largest_difference": float(difference.max()),
        "judge": judge,
        "runtime": {"onnxruntime": version("onnxruntime")},
    }
