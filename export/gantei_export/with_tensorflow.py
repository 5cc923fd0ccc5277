"""For files that are code as well as data, a SavedModel or a Lambda: TensorFlow opens them.

Whatever opens such a file runs the code in it, with the rights of whoever started it: it could
read, change or send away what that person can. So this happens in a process of its own and only
after `--with-tensorflow --trust-this-file`. tf2onnx converts what was opened, and ONNX Runtime has
to answer as TensorFlow does.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from gantei.errors import ConversionError, MissingExtraError

from .conversion import OPSET, Conversion
from .foreign_graph import adopt
from .forms.trusted_file import digest_and_size
from .networks.network import PHOTOGRAPH
from .verification import DEFAULT_SIDE, TOLERANCE

LONGEST = 1800
"""Seconds; EfficientNet-B7 takes 60."""
PICTURES = 3


def convert_with_tensorflow(path: Path) -> Conversion:
    """Have TensorFlow open and convert a file, in another process.

    Args:
        path: a SavedModel's folder, `.h5` or `.keras`. Its code runs.

    Raises:
        MissingExtraError: TensorFlow, tf_keras or tf2onnx is not installed.
        ConversionError: TensorFlow cannot open it, or its answers and those of the graph differ.
    """
    missing = [name for name in ("tensorflow", "tf_keras", "tf2onnx") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f'--with-tensorflow needs {", ".join(missing)}: pip install "gantei[tensorflow]"'
        )
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        out, told = Path(folder, "model.onnx"), Path(folder, "told.json")
        arguments = [str(one) for one in (path, out, told)]
        command = [sys.executable, "-m", "gantei_export.with_tensorflow", *arguments]
        settings = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
        try:
            done = subprocess.run(  # noqa: S603
                command,
                env={**os.environ, **settings},
                timeout=LONGEST,
                capture_output=True,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ConversionError(f"{path.name}: TensorFlow does not end over it") from error
        if done.returncode != 0 or not told.is_file():
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"]
            raise ConversionError(f"{path.name}: TensorFlow cannot convert it: {lines[-1][:500]}")
        facts = json.loads(told.read_text("utf-8"))
        return adopt(onnx.load(out), facts, *digest_and_size(path))


def main() -> None:
    """Be that process: open the first argument, write a graph to the second, facts to the third."""
    path, out, told = map(Path, sys.argv[1:4])
    function, keras_version = _saved_model(path) if path.is_dir() else _keras_model(path)
    import tensorflow as tf
    import tf2onnx

    shape = function.input_signature[0].shape.as_list()
    proto, _ = tf2onnx.convert.from_function(
        function, input_signature=function.input_signature, opset=OPSET
    )
    out.write_bytes(proto.SerializeToString())
    answers = function.get_concrete_function().structured_outputs
    facts = {
        "keras_version": keras_version,
        "outputs": sorted(answers),
        "verification": {
            "pictures": 2 * PICTURES,
            "largest_difference": _difference(function, out, shape),
            "judge": {"tensorflow": tf.__version__, "tf2onnx": version("tf2onnx")},
            "runtime": {"onnxruntime": version("onnxruntime")},
        },
    }
    told.write_text(json.dumps(facts), "utf-8")


def _saved_model(path: Path) -> tuple[Any, str | None]:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    serve = loaded.signatures["serving_default"]
    given = serve.structured_input_signature[1]
    if len(given) != 1:
        raise SystemExit(f"it takes {len(given)} inputs; one photograph is given")
    ((name, spec),) = given.items()

    def answer(photograph: Any) -> Any:
        return serve(**{name: photograph})

    # What was loaded lives as long as the function that calls it.
    answer.loaded = loaded  # type: ignore[attr-defined]
    return _function(answer, spec.shape), None


def _keras_model(path: Path) -> tuple[Any, str]:
    """Open the file with the Keras that wrote it: 2 or 3."""
    from .forms.source import keras_version_of

    found = keras_version_of(path)
    if (found or "2").startswith("3"):
        import keras
    else:
        import tf_keras as keras
    options = {"safe_mode": False} if path.suffix == ".keras" else {}
    model = keras.models.load_model(path, compile=False, **options)
    names = model.output_names

    def answer(photograph: Any) -> dict[str, Any]:
        given = model(photograph, training=False)
        if isinstance(given, dict):
            return given
        many = given if isinstance(given, list | tuple) else [given]
        return dict(zip(names, many, strict=True))

    return _function(answer, model.inputs[0].shape), found or keras.__version__


def _function(answer: Any, shape: Any) -> Any:
    import tensorflow as tf

    spec = tf.TensorSpec([None, *list(shape)[1:]], tf.float32, name=PHOTOGRAPH)
    return tf.function(answer, input_signature=[spec])


def _difference(function: Any, out: Path, shape: list[int | None]) -> float:
    """Compare the graph with TensorFlow on pictures of 0 to 255 and of -1 to 1."""
    import onnxruntime

    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(1)
    sides = [side or DEFAULT_SIDE for side in shape[1:3]]
    pictures = rng.uniform(0, 255, (PICTURES, *sides, 3)).astype(np.float32)
    worst = 0.0
    for batch in (pictures, pictures / 127.5 - 1):
        expected = function(batch)
        given = session.run(None, {session.get_inputs()[0].name: batch})
        for name, values in zip(sorted(expected), given, strict=True):
            theirs = expected[name].numpy()
            difference = np.abs(values - theirs) / np.maximum(1, np.abs(theirs))
            worst = max(worst, float(difference.max()))
    if not worst <= TOLERANCE:
        raise SystemExit(f"the converted graph differs from TensorFlow by {worst:.3g}")
    return worst


if __name__ == "__main__":
    main()
