"""Files that hold code: only with both words, in another process, and right."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.catalogue import store
from gantei.command_line import main
from gantei_export.file_kinds import trusted_file
from gantei_export.file_kinds.trusted_file import digest_and_size
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.with_tensorflow.tensorflow_converter import convert_with_tensorflow

TRUSTED = ("--with-tensorflow", "--trust-this-file")


def run(file, *arguments):
    return main(["import", "my-sex", str(file), "--task", "sex", *arguments])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--with-tensorflow"], "runs the code that is in a SavedModel or a Lambda, with your"),
        (["--trust-this-file"], "goes with --with-tensorflow"),
    ],
)
def test_one_word_alone_is_refused_and_says_what_it_means(small_file, capsys, given, said):
    assert run(small_file, *given) == 2
    assert said in capsys.readouterr().err
    assert store.installed() == {}


def test_a_folder_is_only_opened_by_running_it(tmp_path, capsys):
    (tmp_path / "saved_model.pb").touch()
    assert run(tmp_path) == 2
    assert "--with-tensorflow --trust-this-file" in capsys.readouterr().err


def test_without_tensorflow_the_error_names_what_to_install(small_file, capsys, monkeypatch):
    for name in ("tensorflow", "tf_keras", "tf2onnx"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(
        "gantei_export.with_tensorflow.tensorflow_converter.find_spec", lambda name: None
    )
    assert run(small_file, *TRUSTED) == 2
    assert '[tensorflow]"' in capsys.readouterr().err


@pytest.mark.parametrize("members", [["a/readme.txt"], ["a/saved_model.pb", "b/saved_model.pb"]])
def test_an_archive_without_one_saved_model_is_refused(tmp_path, capsys, members):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in members:
            archive.writestr(name, "x")
    assert run(tmp_path / "a.zip", *TRUSTED) == 2
    assert "must hold exactly one saved_model.pb" in capsys.readouterr().err


def test_an_archive_of_a_keras_file_is_opened_as_that_file(tmp_path, small_file):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(small_file, "folder/small.h5")
        archive.writestr("__MACOSX/folder/._small.h5", "x")
    with trusted_file.trusted_file(tmp_path / "a.zip") as opened:
        assert opened.name == "small.h5"
        assert opened.read_bytes() == small_file.read_bytes()


def test_a_trusted_archive_still_writes_nothing_outside_its_folder(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../saved_model.pb", "x")
    assert run(tmp_path / "a.zip", *TRUSTED) == 2
    assert "would lie outside" in capsys.readouterr().err


def test_the_digest_of_a_folder_is_that_of_its_files_and_names(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").write_bytes(b"1234")
    first, size = digest_and_size(tmp_path / "a")
    assert (first, size) == (digest_and_size(tmp_path / "b")[0], 4)
    (tmp_path / "b/saved_model.pb").rename(tmp_path / "b/other")
    assert digest_and_size(tmp_path / "b")[0] != first


MAKE = """
import importlib, sys
name, path = sys.argv[1:]
keras = importlib.import_module(name)
keras.utils.set_random_seed(3)
layers = keras.layers
photo = layers.Input((16, 16, 3))
x = layers.Lambda(lambda pixels: pixels / 127.5 - 1)(photo)
x = layers.BatchNormalization()(layers.Conv2D(4, 3, 2, "same", activation="relu")(x))
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dense(8, activation="tanh")(x)
model = keras.Model(photo, layers.Dense(1, activation="sigmoid", name="sex")(x))
if path.endswith((".h5", ".keras")):
    model.save(path)
elif name == "keras":
    model.export(path, verbose=False)
else:
    model.save(path, save_format="tf")
import numpy as np
pictures = np.random.default_rng(5).integers(0, 255, (3, 16, 16, 3)).astype(np.float32)
np.save(path + ".npy", model.predict(pictures, verbose=0))
"""


@pytest.mark.reference
@pytest.mark.parametrize(
    ("keras", "form"),
    [
        ("tf_keras", "model.h5"),
        ("tf_keras", "saved"),
        ("tf_keras", "saved.zip"),
        ("keras", "model.keras"),
        ("keras", "saved"),
    ],
)
def test_a_trusted_file_answers_as_its_keras(tmp_path, keras, form):
    for name in (keras, "tf2onnx"):
        pytest.importorskip(name)
    path = tmp_path / form.removesuffix(".zip")
    made = [sys.executable, "-c", MAKE, keras, str(path)]
    subprocess.run(made, check=True, capture_output=True)
    expected = np.load(f"{path}.npy")[:, 0]
    if form.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / form, "w") as archive:
            for file in (one for one in path.rglob("*") if one.is_file()):
                archive.write(file, file.relative_to(tmp_path))
    if path.is_file():
        with pytest.raises(gantei.ConversionError, match="never run without --with-tensorflow"):
            convert(path)
    facts = ["--set", "input.scale=0..255", "--set", "output.positive=male", "--because", "mine"]
    assert run(tmp_path / form, *TRUSTED, *facts) == 0

    folder = store.installed()["my-sex"]
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["verification"]["largest_difference"] <= 1e-4
    pictures = np.random.default_rng(5).integers(0, 255, (3, 16, 16, 3))
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for picture, file in zip(pictures, paths, strict=True):
        Image.fromarray(picture.astype(np.uint8)).save(file)
    given = [one.values["male"] for one in gantei.load("my-sex").predict(paths)]
    np.testing.assert_allclose(given, expected, rtol=0, atol=1e-4)


@pytest.mark.reference
def test_a_file_that_tensorflow_cannot_open_is_refused(tmp_path, capsys):
    pytest.importorskip("tf2onnx")
    (tmp_path / "saved_model.pb").write_bytes(b"nothing")
    assert run(tmp_path, *TRUSTED) == 2
    assert "TensorFlow cannot open it" in capsys.readouterr().err
    assert store.installed() == {}


SEVERAL = """
import importlib, ntpath, sys
import numpy as np
name, folder = sys.argv[1:]
keras = importlib.import_module(name)
keras.utils.set_random_seed(3)
layers = keras.layers
pictures = np.random.default_rng(5).uniform(0, 1, (3, 16, 16, 3)).astype(np.float32)

def chain(*first):
    return [*first, layers.Conv2D(4, 3, activation="gelu"), layers.UpSampling2D(),
            layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")]

def functional(shape_of_output=lambda x: x, scaled=False):
    photo = x = layers.Input((16, 16, 3))
    for each in chain(*([layers.Lambda(lambda t: t * 2 - 1)] if scaled else [])):
        x = each(x)
    return keras.Model(photo, shape_of_output(x))

def grouped():
    return keras.Sequential([layers.Input((16, 16, 3)), layers.Conv2D(6, 3, groups=3),
                             layers.LayerNormalization(), *chain()])

models = {
    "sequential": lambda: keras.Sequential(chain(layers.Input((16, 16, 3)))),
    "late": lambda: keras.Sequential(chain()),
    "nested": lambda: keras.Sequential([functional()]),
    "dictionary": lambda: functional(lambda x: {"grade": x}),
    "list": lambda: functional(lambda x: [x]),
    "inside": lambda: functional(lambda x: {"eye": {"grade": x}}),
    "grouped": grouped,
    "code": lambda: functional(scaled=True),
}
for kind, make in models.items():
    model = make()
    answer = model.predict(pictures, verbose=0)
    while isinstance(answer, (dict, list, tuple)):
        (answer,) = answer.values() if isinstance(answer, dict) else answer
    np.save(f"{folder}/{kind}.npy", answer)
    for ending in ("keras", "h5"):
        model.save(f"{folder}/{kind}.{ending}")
"""
FORMS = (
    *("sequential.keras", "sequential.h5", "late.keras", "nested.h5"),
    *("dictionary.keras", "list.h5", "inside.keras", "grouped.keras", "code.h5"),
)


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def several(request, tmp_path_factory):
    """Models of many forms with layers that gantei does not convert, and what they answer."""
    for name in (request.param, "tf2onnx"):
        pytest.importorskip(name)
    folder = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-c", SEVERAL, request.param, str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.reference
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_model_is_converted_through_tensorflow(several, form, answers):
    pictures = np.random.default_rng(5).uniform(0, 1, (3, 16, 16, 3)).astype(np.float32)
    conversion = convert_with_tensorflow(several / form)
    (given,) = answers(conversion, pictures).values()
    expected = np.load((several / form).with_suffix(".npy"))
    np.testing.assert_allclose(given, expected, rtol=0, atol=1e-5)
    assert conversion.facts.assumed == ("gelu is Keras's own function",)


FAILING = """
import sys
import keras
kind, path = sys.argv[1:]
layers = keras.layers
photo = x = layers.Input((16, 16, 3))
if kind == "operation":
    x = layers.Lambda(lambda t: __import__("tensorflow").math.bessel_i0e(t))(x)
x = layers.GlobalAveragePooling2D()(x)
if kind == "class":
    @keras.saving.register_keras_serializable("mine")
    class Own(layers.Dense):
        pass
    x = Own(4)(x)
model = keras.Model(photo, layers.Dense(1)(x))
if kind == "unbuilt":
    model = keras.Sequential([layers.Flatten(), layers.Dense(1)])
if kind == "two":
    other = layers.Input((16, 16, 3))
    x = layers.Flatten()(layers.add([photo, other]))
    model = keras.Model([photo, other], layers.Dense(1)(x))
model.save(path)
"""


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("operation", "ONNX has no operator for what it computes: BesselI0e (in "),
        ("class", "it needs 'Own', of its author's own, whose code is not in the file"),
        ("unbuilt", "saved before it was called or built"),
        ("two", "it takes 2 inputs; one photograph is given"),
    ],
)
def test_what_tensorflow_cannot_bring_into_onnx_is_one_sentence(tmp_path, kind, said, capsys):
    for name in ("keras", "tf2onnx"):
        pytest.importorskip(name)
    command = [sys.executable, "-c", FAILING, kind, str(tmp_path / "net.keras")]
    subprocess.run(command, check=True, capture_output=True)
    assert run(tmp_path / "net.keras", *TRUSTED) == 2
    text = capsys.readouterr().err.replace(str(tmp_path), "")
    assert said in text and len(text) < 500 and "\n" not in text.strip()
    assert ("gantei import NAME net.onnx --task" in text) == (kind in ("operation", "class"))
