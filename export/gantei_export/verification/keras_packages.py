"""The Keras of this machine, 2 or 3, imported as it comes and not as a user's settings have it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gantei.errors import MissingExtraError


def keras2(needed_by: str) -> Any:
    """Import a Keras 2: `tf_keras`, or the one inside TensorFlow up to 2.15.

    Raises:
        MissingExtraError: there is none; the message begins with `needed_by`.
    """
    with _without_its_settings():
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
            raise MissingExtraError(f"{needed_by} needs Keras 2: pip install tensorflow tf_keras")
        return keras


def keras3(needed_by: str) -> Any:
    """Import Keras 3.

    Raises:
        MissingExtraError: there is none; the message begins with `needed_by`.
    """
    with _without_its_settings():
        try:
            import keras
        except ImportError as error:
            raise MissingExtraError(f"{needed_by} needs Keras 3: pip install tensorflow") from error
        return keras


@contextmanager
def _without_its_settings() -> Iterator[None]:
    """Import Keras as it comes.

    It would obey `~/.keras/keras.json`, where another backend or layout of pictures may stand, and
    write that file where there is none.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its notes on CPU features help nobody
    before = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = os.path.join(os.devnull, "none")  # noqa: PTH118
    try:
        yield
    finally:
        del os.environ["KERAS_HOME"]
        if before is not None:
            os.environ["KERAS_HOME"] = before
