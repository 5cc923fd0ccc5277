"""Comparing a converted estimator with Keras itself, on drawn photographs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError, MissingExtraError
from gantei.manifests.manifest import Manifest

from ..refusals.library_errors import why_not_opened
from .comparison import compare, draw_batch
from .keras_answers import answers_in
from .keras_copy import for_keras


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
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its notes on CPU features help nobody
    with _without_its_settings():
        keras = _keras3() if (keras_version or "2").startswith("3") else _keras2()
    batch = draw_batch(manifest)
    expected = _answers(keras, weights, batch)
    judge = {keras.__name__: keras.__version__, "tensorflow": version("tensorflow")}
    return compare(folder, manifest, batch, expected, judge)


@contextmanager
def _without_its_settings() -> Iterator[None]:
    """Import Keras as it comes.

    It would obey `~/.keras/keras.json`, where another backend or layout of pictures may stand, and
    write that file where there is none.
    """
    before = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = os.path.join(os.devnull, "none")  # noqa: PTH118
    try:
        yield
    finally:
        del os.environ["KERAS_HOME"]
        if before is not None:
            os.environ["KERAS_HOME"] = before


def _keras3() -> Any:
    try:
        import keras
    except ImportError as error:
        raise MissingExtraError("--verify needs Keras 3: pip install tensorflow") from error
    return keras


def _keras2() -> Any:
    """Give a Keras 2: `tf_keras`, or the one inside TensorFlow up to 2.15."""
    try:
        import tf_keras
    except ImportError:
        pass
    else:
        return tf_keras
    try:
        from tensorflow import keras
    except ImportError:
        keras = None
    if keras is None or int(keras.__version__.split(".")[0]) > 2:
        raise MissingExtraError("--verify needs Keras 2: pip install tensorflow tf_keras")
    return keras


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
