"""Every photograph that is refused is refused under a code of its own, in both languages."""

import ast
import hashlib
import pickle
import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.photographs import photograph_source
from gantei.photographs.field_of_view import Square
from gantei.photographs.photograph import read

from .jpegs import picture, written
from .other_files import OTHERS
from .pictures import multi_picture, tiff16, tiled

ROOM = Path(__file__).parents[2] / "models/gantei/photographs"
ELSEWHERE = {
    "exceeds-memory": "test_memory_of_predict.py",
    "decoder-died": "test_helper_process.py",
    "decoder-out-of-memory": "test_helper_process.py",
    "decoder-out-of-time": "test_helper_process.py",
    "dicom-burned-in": "test_dicom_colours.py",
    "dicom-colours": "test_dicom_refusals.py",
    "dicom-colours-contradict": "test_dicom_colours.py",
    "dicom-colours-unmarked": "test_dicom_colours.py",
    "dicom-damaged": "test_dicom_refusals.py",
    "dicom-directory": "test_dicom_refusals.py",
    "dicom-encrypted": "test_dicom_refusals.py",
    "dicom-exif-orientation": "test_dicom_oddities.py",
    "dicom-fractions": "test_dicom_refusals.py",
    "dicom-laterality": "test_dicom_eyes.py",
    "eye-contradicts-dicom": "test_dicom_eyes.py",
    "eye-of-dicom-contradicts-name": "test_dicom_eyes.py",
    "dicom-needs-extra": "test_dicom_refusals.py",
    "dicom-no-picture": "test_dicom_refusals.py",
    "dicom-other-picture": "test_dicom_refusals.py",
    "dicom-pixel-data-length": "test_dicom_refusals.py",
    "dicom-pixel-shape": "test_dicom_oddities.py",
    "dicom-several-frames": "test_dicom_refusals.py",
    "dicom-transfer-syntax": "test_dicom_refusals.py",
    "dicom-values": "test_dicom_refusals.py",
    "bits-in-use": "test_oddities.py",
    "blurred": "test_oddities.py",
    "dim": "test_oddities.py",
    "few-pixels": "test_oddities.py",
    "more-than-disc": "test_oddities.py",
    "no-disc": "test_bright_part.py",
    "one-side-dark": "test_oddities.py",
    "one-tint": "test_oddities.py",
    "overexposed": "test_oddities.py",
    "red-below-blue": "test_oddities.py",
    "squeezed": "test_oddities.py",
    "unlike-retina": "test_oddities.py",
    "stretched": "test_picture_bounds.py",
    "enlarged": "test_picture_bounds.py",
    "eye-needed": "test_network_view.py",
    "eye-not-found": "test_network_view.py",
    "eye-detected": "test_eyes.py",
    "eye-contradicts-name": "test_eyes.py",
    "large-file": "test_refusals.py",
    "large-for-memory": "test_memory_of_predict.py",
    "no-fundus": "test_refusals.py",
    "jpeg-missing-scans": "test_tensorflow_jpeg.py",
    "jpeg-unlike-tensorflow": "test_tensorflow_jpeg.py",
    "deleted-file": "test_listing.py",
    "folder-link": "test_listing.py",
    "heif-needs-extra": "test_heif.py",
    "jpeg2000-deep-colours": "test_jpeg2000.py",
    "jpeg2000-needs-extra": "test_jpeg2000.py",
    "hidden-file": "test_listing.py",
    "system-file": "test_listing.py",
    "table-file": "test_listing.py",
    "temporary-file": "test_listing.py",
    "thumbnail": "test_listing.py",
}
"""What is tested by its code in another way, and where."""


def bmp(**fields):
    """A BMP of 64 x 64 px whose head has been changed: `{"18": value}` writes 4 bytes there."""
    data = bytearray(written_as("BMP"))
    for place, value in fields.items():
        struct.pack_into("<i", data, int(place), value)
    return bytes(data)


def written_as(format, image=None, **options):
    file = BytesIO()
    (image or Image.fromarray(picture(64, 64))).save(file, format, **options)
    return file.getvalue()


def with_run_lengths():
    data = bytearray(written_as("BMP", Image.fromarray(picture(64, 64)).quantize(16)))
    data[30] = 1
    return bytes(data)


def two_frames():
    frames = [Image.fromarray(picture(64, 64)) for _ in range(2)]
    frames[1].putpixel((0, 0), (0, 0, 0))
    data = written_as("PNG", frames[0], save_all=True, append_images=frames[1:])
    return Image.open(BytesIO(data))


def with_tag(tag, kind, count, value=0):
    """A TIFF of one tag, as much as is read before it is refused."""
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, tag, kind, count, value, 0)


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def with_marks(data, segments, scans):
    """A JPEG with comments and empty scans before its end."""
    comments = segments * b"\xff\xfe\0\4\xff\xda"
    return data[:-2] + comments + scans * b"\xff\xda\0\2" + data[-2:]


def one_colour(*channels):
    return np.full((64, 64, 3), channels, np.uint8)


def deep_planes():
    return tiff16(picture(16, 16).astype(np.uint16) * 257, planes=True)


JPEG = written(picture(64, 64))
REFUSED = {
    "array-shape": lambda: np.zeros((4, 8, 8, 3), np.uint8),
    "array-type": lambda: np.zeros((8, 8, 3), np.float32),
    "black-picture": lambda: one_colour(0, 0, 0),
    "bmp-run-lengths": with_run_lengths,
    "cut-off-file": lambda: JPEG[:-2],
    "damaged-picture": lambda: JPEG[:20],
    "equal-channels": lambda: one_colour(90, 90, 90),
    "grey-picture": lambda: picture(64, 64)[..., 0],
    "image-of-several-frames": two_frames,
    "jpeg-long-head": lambda: JPEG[:2] + 2000 * b"\xff\xfe\0\4  " + JPEG[2:],
    "jpeg-many-scans": lambda: with_marks(JPEG, 0, 101),
    "jpeg-many-segments": lambda: with_marks(JPEG, 1001, 0),
    "many-pixels": lambda: bmp(**{"18": 20_000, "22": 10_001}),
    "much-exif": lambda: written_as("PNG", exif=b"Exif\0\0" + bytes(1_000_000)),
    "not-a-file": lambda: ROOM,
    "not-a-path": lambda: "a\0b.jpg",
    "png-wrong-checksum": lambda: flipped(written_as("PNG"), 60),
    "several-frames": lambda: multi_picture(JPEG, [0x030000, 0x020002]),
    "single-channel": lambda: one_colour(200, 0, 0),
    "tiff-deep-planes": deep_planes,
    "tiff-large-tiles": lambda: tiled(Image.fromarray(picture(64, 64)), 64, says=26_000),
    "tiff-many-fractions": lambda: with_tag(0x0112, 5, 1001),
    "tiff-many-pieces": lambda: with_tag(273, 4, 100_001),
    "tiff-only-preview": lambda: written_as("TIFF", tiffinfo={254: 1}),
    "unknown-range": lambda: Image.new("F", (64, 64)),
    "address-as-path": lambda: "s3://eyes/1.jpg",
    "unreadable-file": lambda: "no/such/file.jpg",
    **{code: lambda files=files: next(iter(files.values())) for code, files in OTHERS.items()},
}


def refused(source):
    with pytest.raises(PhotographError) as caught:
        read(source)
    return caught.value


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_has_its_code_its_source_and_words_in_both_languages(code):
    source = REFUSED[code]()
    error = refused(source)
    assert error.code == code
    assert error.source == photograph_source.source_name(source)
    assert str(error).startswith(f"{error.source}: {error.finding.text()}")
    assert error.worded("ja").startswith(f"{error.source}: {error.finding.text('ja')}")
    for text in (str(error), error.worded("ja")):
        assert not set(text) & set("{}")


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_of_a_file_tells_which_file_by_its_digest(code):
    source = REFUSED[code]()
    digest = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else None
    assert refused(source).sha256 == digest


def test_a_refusal_goes_from_process_to_process_whole():
    error = refused(JPEG[:-2])
    other = pickle.loads(pickle.dumps(error))
    assert (other.finding, other.source, other.sha256) == (
        error.finding, error.source, error.sha256
    )  # fmt: skip
    assert str(other) == str(error)


def test_a_file_larger_than_any_photograph_is_refused(tmp_path, monkeypatch):
    (tmp_path / "eye.jpg").write_bytes(JPEG)
    monkeypatch.setattr(photograph_source, "LARGEST_FILE", len(JPEG))
    assert read(tmp_path / "eye.jpg").shape == (64, 64, 3)
    monkeypatch.setattr(photograph_source, "LARGEST_FILE", len(JPEG) - 1)
    assert refused(tmp_path / "eye.jpg").code == "large-file"


def test_a_square_of_more_than_four_times_the_picture_is_no_fundus():
    image = Image.new("RGB", (100, 100))
    assert Square(0, 0, 200).cut(image)[0].size == (200, 200)
    with pytest.raises(PhotographError) as caught:
        Square(0, 0, 201).cut(image)
    assert caught.value.finding == Finding("no-fundus", side=201, width=100, height=100)


def test_every_finding_of_this_room_is_tested():
    codes = {
        node.args[0].value
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"
        if isinstance(node.args[0], ast.Constant)  # one that is kept apart was found before
    }
    missing = sorted(codes - REFUSED.keys() - ELSEWHERE.keys())
    assert not missing, f"REFUSED lacks a picture that is refused under {missing}"
    assert REFUSED.keys() | ELSEWHERE.keys() <= codes
    for code, file in ELSEWHERE.items():
        assert f'"{code}"' in Path(__file__).with_name(file).read_text("utf-8"), (file, code)
