"""For files that are code as well as data, a SavedModel or a Lambda: TensorFlow opens them.

Whatever opens such a file runs the code in it, with the rights of whoever started it: it could
read, change or send away what that person can. So this happens in a process of its own and only
after `--with-tensorflow --trust-this-file`. tf2onnx converts what was opened, and ONNX Runtime has
to answer as TensorFlow does.
"""

import json
import os
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import onnx

from gantei.errors import ConversionError, MissingExtraError
from gantei.system.install_command import how_to_add
from gantei.system.python_command import python_command

from ..adopted_graphs.adoption import adopt
from ..file_kinds.trusted_file import digest_and_size
from ..keras_files.model_source import open_model_source
from ..keras_networks.assumptions import assumed_in
from ..manifest_draft.user_claims import UserClaims
from ..onnx_graph.conversion import Conversion

LONGEST = 1800
"""Seconds; EfficientNet-B7 takes 60."""


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
            f"--with-tensorflow needs {', '.join(missing)}: {how_to_add('tensorflow')}"
        )
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        out, told = Path(folder, "model.onnx"), Path(folder, "told.json")
        arguments = [str(one) for one in (path, out, told)]
        command = python_command("gantei_export.with_tensorflow.tensorflow_process", *arguments)
        settings = {
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "KERAS_HOME": folder,  # or Keras obeys what stands in ~/.keras, and writes there
        }
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
            raise ConversionError(f"{path.name}: {_ended(done.returncode, done.stderr)}")
        facts = json.loads(told.read_text("utf-8"))
        if "refused" in facts:
            raise ConversionError(f"{path.name}: {facts['refused']}")
        facts["assumed"] = _assumed(path)
        return adopt(onnx.load(out), facts, *digest_and_size(path))


def _assumed(path: Path) -> tuple[str, ...]:
    """Say what a Keras file's functions were taken for; a SavedModel holds what they compute."""
    if path.is_dir():
        return ()
    try:
        with open_model_source(path, UserClaims()) as source:
            return assumed_in(source.config)
    except ConversionError:
        return ("every function is Keras's own of that name",)


def _ended(code: int, stderr: bytes) -> str:
    """Say how the process ended that told nothing."""
    if code < 0:
        return f"the process was ended by signal {-code}, as where memory does not suffice"
    lines = stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"]
    return f"TensorFlow cannot convert it: {lines[-1][:200]}"
