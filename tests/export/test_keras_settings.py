"""Keras neither obeys nor writes `~/.keras/keras.json` where gantei asks it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parent / "data/tf24-caffe.h5"
OTHER = '{"image_data_format": "channels_first", "floatx": "float32", "epsilon": 0.5}'


@pytest.mark.reference
@pytest.mark.parametrize("there", [None, OTHER])
@pytest.mark.parametrize("words", [["--verify"], ["--with-tensorflow", "--trust-this-file"]])
def test_the_settings_of_a_user_have_no_say_and_none_are_written(tmp_path, words, there):
    for module in ("tensorflow", "tf_keras", "tf2onnx"):
        pytest.importorskip(module, reason="the judges are not installed")
    settings = tmp_path / ".keras/keras.json"
    if there:
        settings.parent.mkdir()
        settings.write_text(there)
    done = subprocess.run(
        [sys.executable, "-m", "gantei", "import", "my-age", FILE, "--task", "categorical", *words],
        env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (settings.read_text() if there else settings.parent.exists()) == (there or False)
