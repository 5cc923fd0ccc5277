"""Comparing a converted estimator with Keras itself, on drawn photographs."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError
from gantei.manifests.manifest import Manifest

from ..refusals.library_errors import why_not_opened
from .comparison import compare, draw_batch
from .keras_answers import answers_in
from .keras_copy import for_keras
from .keras_packages import keras2, keras3


def verify_against_keras(
    weights: Path, folder: Path, manifest: Manifest, keras_version: str | None
) -> dict[str, Any]:
    """Answer 8 drawn photographs by Keras and by the ONNX file, and compare.

    Unlike the conversion, this opens the file with Keras.

    Args:
        weights: the Keras file.
        folder: the estimator's folder, with its ONNX file.
        manifest: the estimator's manifest; its input says what the network is shown.
        keras_version: of the Keras that wrote the file; None where unknown.

    Returns:
        What stands in `provenance.json`: pictures, largest difference, versions.

    Raises:
        MissingExtraError: no Keras that can open such files is installed.
        ConversionError: the two differ by more than 1e-4, relative where values exceed 1.
    """
    batch = draw_batch(manifest)
    return compare(folder, manifest, batch, *answers_of_keras(weights, batch, keras_version))


def answers_of_keras(
    weights: Path,
    batch: NDArray[np.float32],
    keras_version: str | None,
    asked_by: str = "--verify",
) -> tuple[NDArray[np.float32], dict[str, str]]:
    """Answer a batch (n, height, width, 3) by Keras: float32 (n, units), and versions.

    Raises:
        MissingExtraError: no Keras that can open such files is installed.
        ConversionError: it cannot open this one, or gives several answers.
    """
    keras = (keras3 if (keras_version or "2").startswith("3") else keras2)(asked_by)
    judge = {keras.__name__: keras.__version__, "tensorflow": version("tensorflow")}
    return _answers(keras, weights, batch), judge


def _answers(keras: Any, weights: Path, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    class FixedDropout(keras.layers.Dropout):  # type: ignore[misc]
        """The layer of that name in qubvel's EfficientNet; at inference it does nothing."""

    custom = {"FixedDropout": FixedDropout, "swish": keras.activations.swish}
    try:
        with for_keras(weights) as file:
            model = keras.models.load_model(file, compile=False, custom_objects=custom)
        answers = [np.asarray(one) for _, one in answers_in(model.predict(batch, verbose=0))]
    except Exception as error:  # others' code over a stranger's file raises anything
        raise ConversionError(f"{weights.name}: {why_not_opened(error)}") from error
    if len(answers) != 1:
        raise ConversionError(f"{weights.name}: Keras gives {len(answers)} answers, not one")
    return answers[0]
