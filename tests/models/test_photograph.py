"""Photographs are read upright from any source, once, and leave it as it was."""

import hashlib
import os
import struct
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps

from gantei.photographs import decoding, photograph_source
from gantei.photographs.formats import jpeg
from gantei.photographs.photograph import open_photograph, read

from .pictures import (
    FILES,
    LOSSLESS,
    ORIENTED,
    exif_of,
    pillow,
    refused,
)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_pixels_that_pillow_decodes(files, name):
    pixels = read(files[name])
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, pillow(files[name]))


@pytest.mark.parametrize("name", LOSSLESS)
def test_a_lossless_file_gives_back_what_was_saved(files, fundus, name):
    assert np.array_equal(read(files[name]), fundus)


def test_a_path_its_bytes_an_image_and_an_array_are_the_same_photograph(files, tmp_path):
    path = tmp_path / "eye.png"
    path.write_bytes(files["PNG"])
    image = Image.open(path)
    sources = [path, str(path), files["PNG"], image, np.asarray(image)]
    assert all(np.array_equal(read(source), read(path)) for source in sources)
    opened = [open_photograph(source) for source in sources]
    assert [one.name for one in opened] == [str(path), str(path), "<bytes>", "<image>", "<array>"]
    digest = hashlib.sha256(files["PNG"]).hexdigest()
    assert [one.sha256 for one in opened] == [digest, digest, digest, None, None]


def test_a_photograph_tells_its_size_before_it_is_decoded(files):
    photograph = open_photograph(files["JPEG"])
    assert (photograph.format, photograph.size, photograph.megapixels) == (
        "JPEG",
        (180, 240),
        0.0432,
    )


@pytest.mark.parametrize("name", ORIENTED)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(fundus, encoded, name, orientation):
    format, options = FILES[name]
    data = encoded(fundus, format, exif=exif_of(orientation), **options)
    with Image.open(BytesIO(data)) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert (expected.shape[0] > expected.shape[1]) == (orientation >= 5)
    photograph = open_photograph(data)
    assert photograph.orientation == orientation
    assert photograph.size == expected.shape[:2]
    assert np.array_equal(photograph.pixels(), expected)
    if name in LOSSLESS:
        with Image.open(BytesIO(data)) as image:
            assert np.array_equal(read(image), expected)


def test_an_orientation_behind_the_pixels_of_a_png_is_seen(files, fundus):
    exif = exif_of(6).tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    data = files["PNG"][:-12] + chunk + files["PNG"][-12:]
    photograph = open_photograph(data)
    assert photograph.size == (240, 180)
    assert np.array_equal(photograph.pixels(), fundus.transpose(Image.Transpose.ROTATE_270))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"]
)
def test_unreadable_exif_leaves_the_picture_as_stored(fundus, encoded, exif):
    data = encoded(fundus, "JPEG", exif=exif)
    assert np.array_equal(read(data), pillow(encoded(fundus, "JPEG")))


def test_a_path_that_cannot_be_read_is_named_as_given(tmp_path):
    refused(tmp_path / "none.jpg", str(tmp_path / "none.jpg"), "No such file")
    refused(tmp_path, str(tmp_path), "not a regular file")
    refused("a\0b.jpg", "not a path")
    (tmp_path / "empty.jpg").touch()
    refused(tmp_path / "empty.jpg", "empty.jpg: empty")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this system's folders")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    refused(tmp_path / "pipe.jpg", "not a regular file")


def test_a_file_that_is_too_large_is_refused(files, tmp_path, monkeypatch):
    (tmp_path / "eye.png").write_bytes(files["PNG"])
    monkeypatch.setattr(photograph_source, "LARGEST_FILE", len(files["PNG"]) - 1)
    refused(tmp_path / "eye.png", "larger than")


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((8, 8, 3), np.float32), np.zeros((8, 8, 3), bool), np.zeros((8, 8, 3), np.int64),
        np.zeros((8, 8, 2), np.uint8), np.zeros((1, 8, 8, 3), np.uint8), np.zeros(8, np.uint8),
        np.zeros((0, 8, 3), np.uint8),
    ],
)  # fmt: skip
def test_arrays_of_another_type_or_shape_are_refused(array):
    refused(array, "<array>")


@pytest.mark.parametrize("mode", ["F", "I", "LAB"])
def test_pixels_whose_range_is_not_known_are_refused(encoded, mode):
    image = Image.new(mode, (64, 64))
    refused(image, f"mode {mode}")
    refused(encoded(image, "TIFF"), f"mode {mode}", allow_grey=True)


def test_other_types_are_a_type_error():
    for source in (None, 3, [b""], bytearray(8)):
        with pytest.raises(TypeError, match="a photograph is a path, bytes"):
            read(source)


def test_a_jpeg_is_decoded_smaller_as_long_as_its_shorter_side_stays(draw, encoded):
    photograph = open_photograph(encoded(draw(1001, 803), "JPEG"))
    for shortest, scale in [(100, 8), (101, 4), (200, 4), (201, 2), (401, 2), (402, 1), (900, 1)]:
        height, width, _ = photograph.pixels(shortest).shape
        assert (height, width) == (-(-803 // scale), -(-1001 // scale))
    assert open_photograph(encoded(draw(1001, 803), "PNG")).pixels(100).shape == (803, 1001, 3)


def test_one_scale_is_decoded_once(draw, encoded, monkeypatch):
    calls = []
    original = decoding.EncodedPicture.decode
    monkeypatch.setattr(
        decoding.EncodedPicture,
        "decode",
        lambda self, scale=1, *decoder: calls.append(scale) or original(self, scale, *decoder),
    )
    photograph = open_photograph(encoded(draw(400, 400), "JPEG"))
    for shortest in (100, 90, 200, 100, None, None):
        photograph.pixels(shortest)
    assert calls == [4, 2, 1]


def test_a_file_is_read_once_and_its_bytes_are_what_is_hashed_and_decoded(files, tmp_path):
    path = tmp_path / "eye.jpg"
    path.write_bytes(files["JPEG"])
    photograph = open_photograph(path)
    path.write_bytes(b"changed since")
    assert photograph.sha256 == hashlib.sha256(files["JPEG"]).hexdigest()
    assert np.array_equal(photograph.pixels(), pillow(files["JPEG"]))


def test_what_the_caller_gave_is_left_as_it_was(fundus, encoded):
    image = Image.open(BytesIO(encoded(fundus, "JPEG", exif=exif_of(6))))
    array = np.asarray(fundus).copy()
    assert read(image).shape == (240, 180, 3)
    assert image.size == (240, 180) and image.getexif()[0x0112] == 6
    assert image.getpixel((0, 0)) is not None
    read(array)[:] = 0
    assert np.array_equal(array, fundus)


def test_threads_read_the_same_pixels_and_change_no_global_setting(files):
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    expected = {name: read(data) for name, data in files.items()}
    wrong = []

    def work():
        for name, data in files.items():
            if not np.array_equal(read(data), expected[name]):
                wrong.append(name)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


def test_threads_may_decode_one_photograph_at_the_same_time(files):
    for _ in range(20):
        photograph, start = open_photograph(files["JPEG"]), threading.Barrier(4)

        def work(photograph=photograph, start=start):
            start.wait()
            return np.array(photograph.pixels())

        with ThreadPoolExecutor(4) as threads:
            decoded = [each.result() for each in [threads.submit(work) for _ in range(4)]]
        assert all(np.array_equal(each, pillow(files["JPEG"])) for each in decoded)


def test_a_file_is_decoded_in_pieces_where_it_is_long(files, monkeypatch):
    monkeypatch.setattr(jpeg, "DECODED_AT_ONCE", 500)
    for kind, data in files.items():
        assert len(data) > 500
        assert np.array_equal(read(data), pillow(data)), kind


def test_only_the_readers_of_formats_in_use_are_imported(files, tmp_path):
    (tmp_path / "eye.jpg").write_bytes(files["JPEG"])
    code = (
        "import sys, gantei.photographs.photograph as p; p.read(sys.argv[1]); "
        "print(*sorted(m for m in sys.modules if m.startswith('PIL.') and 'Plugin' in m))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "eye.jpg")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["PIL.JpegImagePlugin"]
