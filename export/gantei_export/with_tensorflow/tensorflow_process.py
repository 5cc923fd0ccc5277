"""The process in which TensorFlow opens a trusted file, runs its code and converts it.

Arguments: the file, where the graph goes, and where the JSON of what there is to tell goes, which
is `{"refused": sentence}` where it fails.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from gantei.errors import ConversionError
from gantei.inference.onnx_runtime import onnx_runtime

from ..keras_files.model_source import keras_version_of
from ..onnx_graph.graph import PHOTOGRAPH
from ..refusals.library_errors import short_reason, why_not_opened
from ..refusals.other_ways import EXPORT
from ..verification.comparison import DEFAULT_SIDE, TOLERANCE
from ..verification.keras_answers import named_answers
from ..verification.keras_copy import for_keras
from .tensorflow_graph import graph_of

PICTURES = 3


def main() -> None:
    """Be that process."""
    path, out, told = map(Path, sys.argv[1:4])
    try:
        facts = _convert(path, out)
    except ConversionError as error:
        facts = {"refused": str(error)}
    told.write_text(json.dumps(facts), "utf-8")


def _convert(path: Path, out: Path) -> dict[str, Any]:
    function, keras_version = _saved_model(path) if path.is_dir() else _keras_model(path)
    import tensorflow as tf

    with _told("TensorFlow cannot run it"):
        concrete = function.get_concrete_function()
    with _told("tf2onnx cannot bring it into ONNX"):
        proto = graph_of(concrete)
    out.write_bytes(proto.SerializeToString())
    with _told("ONNX Runtime cannot run what tf2onnx made of it"):
        difference = _difference(function, out)
    if not difference <= TOLERANCE:
        raise ConversionError(
            f"what tf2onnx makes of it differs from TensorFlow by {difference:.3g}: {EXPORT}"
        )
    return {
        "keras_version": keras_version,
        "outputs": sorted(concrete.structured_outputs),
        "verification": {
            "pictures": 2 * PICTURES,
            "largest_difference": difference,
            "judge": {"tensorflow": tf.__version__, "tf2onnx": version("tf2onnx")},
            "runtime": {"onnxruntime": version("onnxruntime")},
        },
    }


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell in one sentence what others' libraries raise, which can be anything."""
    try:
        yield
    except ConversionError:
        raise
    except Exception as error:
        raise ConversionError(f"{what}: {short_reason(error)}. As another way, {EXPORT}") from error


def _saved_model(path: Path) -> tuple[Any, str | None]:
    import tensorflow as tf

    with _told("TensorFlow cannot open it"):
        loaded = tf.saved_model.load(str(path))
        signatures = dict(loaded.signatures)
    serve = signatures.get("serving_default") or next(iter(signatures.values()), None)
    if serve is None or (len(signatures) > 1 and "serving_default" not in signatures):
        raise ConversionError(
            f"the SavedModel has the signatures {', '.join(signatures) or 'none'}; one is needed, "
            "or one named serving_default: save it by model.export"
        )
    given = serve.structured_input_signature[1]
    if len(given) != 1:
        raise ConversionError(f"it takes {len(given)} inputs; one photograph is given")
    ((name, spec),) = given.items()

    def answer(photograph: Any) -> Any:
        answers = serve(**{name: tf.cast(photograph, spec.dtype)})
        return {key: tf.cast(value, tf.float32) for key, value in answers.items()}

    # What was loaded lives as long as the function that calls it.
    answer.loaded = loaded  # type: ignore[attr-defined]
    return _function(answer, spec.shape), None


def _keras_model(path: Path) -> tuple[Any, str]:
    """Open the file with the Keras that wrote it: 2 or 3."""
    found = keras_version_of(path)
    if (found or "2").startswith("3"):
        import keras
    else:
        import tf_keras as keras
    import tensorflow as tf

    with for_keras(path) as file:
        try:
            model = keras.models.load_model(file, compile=False, safe_mode=False)
        except Exception as error:
            raise ConversionError(why_not_opened(error)) from error
    inputs: Any = getattr(model, "inputs", None) or ()
    if len(inputs) != 1:
        raise ConversionError(
            f"it takes {len(inputs)} inputs; one photograph is given"
            if inputs
            else "it does not say what it takes: it was saved before it was called or built. "
            "Call it once on a photograph, and save it again"
        )

    def answer(photograph: Any) -> dict[str, Any]:
        answers = named_answers(model, model(photograph, training=False))
        return {name: tf.cast(value, tf.float32) for name, value in answers.items()}

    return _function(answer, inputs[0].shape), found or keras.__version__


def _function(answer: Any, shape: Any) -> Any:
    import tensorflow as tf

    sides: list[int | None] = [None] * 4
    if getattr(shape, "rank", 4) is not None:
        sides = list(shape)
    if len(sides) != 4 or sides[3] not in (None, 3):
        raise ConversionError(f"it takes {tuple(sides)}, not pictures of three channels")
    spec = tf.TensorSpec([None, *sides[1:3], 3], tf.float32, name=PHOTOGRAPH)
    return tf.function(answer, input_signature=[spec])


def _difference(function: Any, out: Path) -> float:
    """Compare the graph with TensorFlow on pictures of 0 to 255 and of -1 to 1."""
    session = onnx_runtime().InferenceSession(out, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(1)
    sides = [side or DEFAULT_SIDE for side in function.input_signature[0].shape.as_list()[1:3]]
    pictures = rng.uniform(0, 255, (PICTURES, *sides, 3)).astype(np.float32)
    worst = 0.0
    for batch in (pictures, pictures / 127.5 - 1):
        expected = function(batch)
        given = session.run(None, {session.get_inputs()[0].name: batch})
        for name, values in zip(sorted(expected), given, strict=True):
            theirs = expected[name].numpy()
            if theirs.shape != values.shape:
                raise ConversionError(
                    f"what tf2onnx makes of it answers {values.shape}, TensorFlow {theirs.shape}"
                )
            difference = np.abs(values - theirs) / np.maximum(1, np.abs(theirs))
            worst = max(worst, float(difference.max()))
    return worst


if __name__ == "__main__":
    main()
