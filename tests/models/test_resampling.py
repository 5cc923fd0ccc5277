"""Each resampling gives what its original gives: OpenCV's, TensorFlow's or Keras' own answer."""

import inspect
import re
import tracemalloc
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from gantei.manifests.fields import UNKNOWN, Crop, Decoder, Resampling
from gantei.photographs.resampling import resample

from .jpegs import picture

# Larger and smaller, whole ratios and others, stretched, one pixel and one line.
PICTURES = [(180, 240), (97, 131), (33, 1), (1, 47), (5, 7), (512, 512), (640, 480), (1000, 37)]
SIZES = [
    (64, 48), (180, 240), (224, 224), (300, 211), (1, 1), (90, 120), (60, 80), (128, 128),
    (256, 256), (97, 100), (33, 66), (37, 10), (499, 30),
]  # fmt: skip
MOST = {
    "area": 1,
    "opencv-bicubic": 1,
    "opencv-nearest": 0,
    "tensorflow-nearest": 0,
    "bilinear-no-antialias": 0,
    "bicubic-no-antialias": 0.001,
}
"""Grey levels that an answer may lie off its original."""
DATA = Path(__file__).parent / "data" / "resamplings.npz"


def of_opencv(pixels, size, method):
    cv2 = pytest.importorskip("cv2")
    flag = {
        "area": cv2.INTER_AREA,
        "opencv-bicubic": cv2.INTER_CUBIC,
        "opencv-nearest": cv2.INTER_NEAREST,
        "bilinear": cv2.INTER_LINEAR,
    }[method]
    return cv2.resize(pixels, size[::-1], interpolation=flag)


def of_tensorflow(pixels, size, method):
    tf = pytest.importorskip("tensorflow")
    name = method.removeprefix("tensorflow-").removesuffix("-no-antialias")
    return tf.image.resize(pixels, size, method=name, antialias=False).numpy()


def original(pixels, size, method):
    opencvs = method == "area" or method.startswith("opencv-")
    return (of_opencv if opencvs else of_tensorflow)(pixels, size, method)


def off(first, second):
    return np.abs(first.astype(np.float64) - second).max()


@pytest.mark.reference
@pytest.mark.parametrize("method", MOST)
def test_a_resampling_gives_what_its_original_gives_at_every_size(method):
    worst = {}
    for shape in PICTURES:
        pixels = picture(*shape)
        for size in SIZES:
            ours = resample(Image.fromarray(pixels), size, method)
            worst[shape, size] = off(ours, original(pixels, size, method))
    assert max(worst.values()) <= MOST[method], max(worst, key=worst.get)


@pytest.mark.parametrize("method", MOST)
def test_a_resampling_gives_the_answers_that_its_original_gave(method):
    with np.load(DATA) as arrays:
        answers = {name: arrays[name] for name in arrays if name.startswith(f"{method} ")}
    assert len(answers) >= 4
    image = Image.fromarray(picture(45, 60))
    for name, expected in answers.items():
        height, width = name.removeprefix(f"{method} ").split("x")
        assert off(resample(image, (int(height), int(width)), method), expected) <= MOST[method]


@pytest.mark.reference
def test_bilinear_without_antialiasing_is_opencvs_linear_within_a_level():
    for shape in PICTURES:
        pixels = picture(*shape)
        for size in SIZES:
            ours = np.rint(resample(Image.fromarray(pixels), size, "bilinear-no-antialias"))
            assert off(ours, of_opencv(pixels, size, "bilinear")) <= 1


@pytest.mark.reference
def test_keras_own_resizing_is_what_the_names_say(tmp_path):
    keras = pytest.importorskip("tf_keras")
    pixels = picture(180, 240)
    folder = tmp_path / "one"
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "eye.png")
    for word, method in [
        ("bilinear", "bilinear-no-antialias"),
        ("bicubic", "bicubic-no-antialias"),
        ("nearest", "tensorflow-nearest"),
    ]:
        batches = keras.utils.image_dataset_from_directory(
            tmp_path, labels=None, image_size=(64, 48), interpolation=word, batch_size=1
        )
        (batch,) = [each.numpy() for each in batches]
        assert off(resample(Image.fromarray(pixels), (64, 48), method), batch[0]) <= 0.001


@pytest.mark.reference
def test_the_defaults_of_keras_loaders_are_those_that_the_conventions_name(tmp_path):
    keras = pytest.importorskip("tf_keras")
    pixels = picture(180, 240)
    (tmp_path / "one").mkdir()
    path = tmp_path / "one" / "eye.png"
    Image.fromarray(pixels).save(path)
    nearest = resample(Image.fromarray(pixels), (64, 48), "nearest")
    loaded = keras.utils.img_to_array(keras.utils.load_img(path, target_size=(64, 48)))
    assert np.array_equal(loaded, nearest)
    flow = keras.preprocessing.image.ImageDataGenerator.flow_from_directory
    assert inspect.signature(flow).parameters["interpolation"].default == "nearest"
    (batch,) = keras.utils.image_dataset_from_directory(
        tmp_path, labels=None, image_size=(64, 48), batch_size=1
    )
    bilinear = resample(Image.fromarray(pixels), (64, 48), "bilinear-no-antialias")
    assert np.array_equal(batch.numpy()[0], bilinear)


def test_the_page_on_preprocessing_names_each_resampling_crop_and_decoder():
    page = (Path(__file__).parents[2] / "docs/preprocessing.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE))
    known = {word for kind in (Resampling, Crop, Decoder) for word in get_args(kind)}
    assert named - {"decoder", "crop", "resampling"} == known - {UNKNOWN}


@pytest.mark.parametrize("method", MOST)
def test_a_part_is_resampled_as_if_it_were_the_whole(method):
    pixels = picture(90, 120)
    part = Image.fromarray(pixels[10:70, 20:110])
    within = resample(Image.fromarray(pixels), (32, 24), method, (20, 10, 110, 70))
    assert np.array_equal(within, resample(part, (32, 24), method))


@pytest.mark.parametrize("method", MOST)
def test_no_resampling_makes_a_copy_of_a_large_picture_in_floats(method):
    image = Image.new("RGB", (3000, 2000), (200, 100, 50))
    tracemalloc.start()
    resample(image, (128, 128), method)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (
        peak < 3 * 3000 * 2000 * 2.5
    )  # Pillow's array of it takes 2; one in floats would take 4 more
