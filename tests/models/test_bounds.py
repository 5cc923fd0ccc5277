"""Bounds: what lies on them passes, what lies one beyond does not."""

import struct
import zlib

import numpy as np
import pytest
from pydantic import ValidationError

import gantei
from gantei.manifests.manifest import Manifest

from ..conftest import REGRESSION, manifest_tables, mean_network

PIXELS_READ = 200_000_000  # 20,000 x 10,000


def png_head(width, height):
    """A PNG that says how large it is and has hardly any pixels."""

    def chunk(name, body):
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def code_of(data):
    with pytest.raises(gantei.PhotographError) as caught:
        gantei.read(data)
    return caught.value.code


def test_200_megapixels_are_read_and_not_a_pixel_more():
    exactly, beyond = code_of(png_head(20_000, 10_000)), code_of(png_head(20_001, 10_000))
    assert beyond != exactly, "the first is refused as damaged, the second for its size"
    assert beyond == code_of(png_head(100_000, 100_000))
    assert code_of(png_head(1, PIXELS_READ + 1)) == beyond


@pytest.mark.parametrize(
    ("level", "inside"),
    [(49, False), (50, True), (51, True), (99, True), (100, True), (101, False)],
)
def test_a_value_on_the_edge_of_the_range_of_training_lies_inside(make_estimator, level, inside):
    folder = make_estimator(spec=REGRESSION | {"range": [50, 100]})
    picture = np.full((8, 8, 3), (level + 40, level, level - 40), np.uint8)
    (prediction,) = gantei.load(folder).predict(picture)
    assert prediction.values == {"age": level}
    assert any("range" in text for text in prediction.warnings) is not inside


def with_size(size):
    def change(tables):
        tables["input"]["size"] = size

    return change


def with_name(length):
    def change(tables):
        tables["name"] = "a" * length

    return change


def with_classes(count):
    def change(tables):
        classes = [f"class {number}" for number in range(count)]
        tables["output"] = {
            "age": {"kind": "categorical", "classes": classes, "transform": "softmax"}
        }
        stated = {"origin": "stated", "evidence": "made for a test"}
        kept = {key: each for key, each in tables["basis"].items() if "output" not in key}
        tables["basis"] = kept | dict.fromkeys(
            ("output.age.classes", "output.age.transform"), stated
        )

    return change


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (with_size([4096, 4096]), with_size([4097, 4096])),
        (with_size([1, 1]), with_size([1, 0])),
        (with_name(80), with_name(81)),
        (with_classes(1000), with_classes(1001)),
        (with_classes(2), with_classes(1)),
    ],
)
def test_a_manifest_may_say_what_lies_on_a_bound_and_nothing_beyond(allowed, refused):
    def tables():
        return manifest_tables("made", {"age": REGRESSION}, mean_network({"age": 1.0}))

    fine, bad = tables(), tables()
    allowed(fine)
    assert Manifest.model_validate(fine)
    refused(bad)
    with pytest.raises(ValidationError):
        Manifest.model_validate(bad)
