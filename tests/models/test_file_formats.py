"""Files that are cut off, damaged, too large or of several frames are refused."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from gantei.errors import PhotographError
from gantei.photographs import decoding
from gantei.photographs.photograph import open_photograph, read

from .pictures import FILES, exif_of, multi_picture, pillow, refused, tiff16, tiled


@pytest.mark.parametrize("allow_truncated", [False, True])
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused(files, monkeypatch, name, allow_truncated):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", allow_truncated)
    data = files[name]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(st.integers(0, len(data) - 1), st.integers(1, 64).map(lambda n: len(data) - n))
    )
    def cut(length):
        refused(data[:length], "<bytes>: ")

    cut()


@pytest.mark.parametrize("shortest", [None, 90, 45, 22])
def test_a_cut_jpeg_is_refused_at_every_scale(files, shortest):
    for end in (0.3, 0.6, 0.9, 0.99):
        data = files["JPEG"][: int(end * len(files["JPEG"]))]
        with pytest.raises(PhotographError, match="cut-off JPEG"):
            open_photograph(data).pixels(shortest)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(files, name, data):
    content = bytearray(files[name])
    places = st.one_of(st.integers(0, 300), st.integers(0, len(content) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    try:
        assert read(bytes(content)).dtype == np.uint8
    except PhotographError as error:
        assert str(error).startswith("<bytes>: ")


def test_a_damaged_chunk_of_a_png_is_refused(files):
    data = bytearray(files["PNG"])
    data[len(data) // 2] ^= 1
    refused(bytes(data), "wrong checksum in chunk IDAT")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"<html>", "a web page"),
        (bytes(100), "JPEG, PNG, TIFF, BMP, WebP"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript, which is not read"),
        (bytes(128) + b"DICM" + bytes(50), "DICOM"),
    ],
)
def test_what_is_no_photograph_is_named(data, word):
    refused(data, "<bytes>", word)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_several_frames_are_refused(draw, encoded, format):
    frames = [draw(64, 64), draw(64, 64, noise=9)]
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
    refused(data, "several frames")
    refused(Image.open(BytesIO(data)), "<image>", "several frames")


def test_a_multi_picture_jpeg_is_refused_but_not_for_its_previews(files):
    refused(multi_picture(files["JPEG"], [0x030000, 0x020002]), "several frames")
    with_preview = multi_picture(files["JPEG"], [0x20030000, 0x010001])
    assert np.array_equal(read(with_preview), pillow(files["JPEG"]))


def test_a_tiff_keeps_its_previews_and_is_refused_as_one(draw, encoded):
    preview = draw(32, 32)
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    both = encoded(draw(64, 64), "TIFF", save_all=True, append_images=[preview])
    assert np.array_equal(read(both), draw(64, 64))
    refused(encoded(draw(32, 32), "TIFF", tiffinfo={254: 1}), "only a preview")


def test_more_than_200_megapixels_are_refused_before_decoding(files, monkeypatch):
    assert decoding.LARGEST_PICTURE == 200_000_000
    header = bytearray(files["BMP"])
    header[18:26] = struct.pack("<ii", 20_000, 10_001)
    refused(bytes(header), "20000 x 10001 pixels", "200 megapixels")
    monkeypatch.setattr(decoding, "LARGEST_PICTURE", 240 * 180 - 1)
    for data in files.values():
        refused(data, "240 x 180 pixels")
    refused(Image.new("RGB", (240, 180)), "<image>: 240 x 180 pixels")


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("name", [name for name in FILES if "WebP" not in name])
def test_pillows_own_limit_on_pixels_is_not_ours(fundus, encoded, monkeypatch, name, orientation):
    format, options = FILES[name]
    data = encoded(fundus, format, exif=exif_of(orientation), **options)
    expected = read(data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert np.array_equal(read(data), expected)


def test_deep_planes_that_pillow_would_misread_are_refused(fundus):
    refused(tiff16(np.asarray(fundus).astype(np.uint16) * 257, planes=True), "planes of 16 bits")


@pytest.mark.parametrize("place", ["even", "odd"])
def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded(encoded, draw, place):
    """Each takes the time of the whole picture, and a few bytes of the file."""
    data = encoded(draw(64, 64), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    head, scan = data[:last], data[last:-2]
    head += comment(length=4 + (last % 2 != (place == "odd")))
    scan = comment(length=4 + len(scan) % 2) + scan  # so that all begin at places of one kind
    refused(head + 100 * scan + b"\xff\xd9", "a JPEG of more than 100 scans")
    assert read(head + 20 * scan + b"\xff\xd9").shape == (64, 64, 3)


def comment(length):
    """A segment of a JPEG that holds an end marker which is none."""
    return b"\xff\xfe" + length.to_bytes(2) + b"\xff\xd9".ljust(length - 2, b" ")


@pytest.mark.parametrize("first", [True, False])
def test_a_tiff_of_very_many_strips_is_refused_before_its_list_is_made(first):
    """Of a file of 64 MB that says so, the list alone would take gigabytes."""
    data = bytearray(tiff16(np.full((16, 16, 3), (40000, 20000, 9000), np.uint16)))
    page = 8
    if not first:  # a second page, which only says how many strips it has
        (entries,) = struct.unpack_from("<H", data, 8)
        struct.pack_into("<I", data, 10 + 12 * entries, len(data))
        page = len(data)
        data += struct.pack("<HHHIII", 1, 273, 4, 1, 8, 0)
    (entries,) = struct.unpack_from("<H", data, page)
    for entry in range(page + 2, page + 2 + 12 * entries, 12):
        if struct.unpack_from("<H", data, entry) == (273,):
            struct.pack_into("<I", data, entry + 4, 100_001)
    refused(bytes(data), "more than 100000 strips or tiles")


def test_a_jpeg_whose_head_goes_on_and_on_is_refused(files):
    """Pillow copies all EXIF before it with each of its pieces."""
    head, rest = files["JPEG"][:2], files["JPEG"][2:]
    piece = b"\xff\xe1" + (10).to_bytes(2) + b"Exif\0\0II"
    refused(head + 5000 * piece + rest, "too many or too large segments")
    piece = b"\xff\xe1" + (65535).to_bytes(2) + b"Exif\0\0II".ljust(65533, b"\0")
    refused(head + 16 * piece + rest, "more than 1 MB of EXIF")
    full = b"\xff\xed" + (65535).to_bytes(2) + bytes(65533)
    refused(head + 260 * full + rest, "too many or too large segments")
    for padding in (200 * full, 100_000 * b"\xff"):
        assert np.array_equal(read(head + padding + rest), pillow(files["JPEG"]))


def test_marks_between_scans_are_counted_in_linear_time(files):
    """In a run of FF each byte could begin the next marker: 1 MB took three quarters of an hour."""
    start = files["JPEG"].rindex(b"\xff\xda") + 14
    fill = 1_000_000 * b"\xff" + b"\0" + 100 * b"\xff\xda\0\2"
    refused(files["JPEG"][:start] + fill + files["JPEG"][start:], "more than 100 scans")
    comments = 2000 * b"\xff\xfe\0\2" + 100 * b"\xff\xda\0\2\0"
    refused(files["JPEG"][:start] + comments + files["JPEG"][start:], "1000 segments")


def test_a_tiff_of_tiles_larger_than_itself_is_refused(encoded, draw):
    """They would be decoded whole: 2 MB of file to 2 GB."""
    data = bytearray(tiled(draw(64, 64), 64))
    assert np.array_equal(read(bytes(data)), draw(64, 64))
    wide = draw(240, 180).resize((1600, 64))
    upright = read(tiled(wide, (1600, 64), orientation=6))
    assert np.array_equal(upright, wide.transpose(Image.Transpose.ROTATE_270))
    large = tiled(draw(64, 64), 64, says=26_000)
    refused(large, "tiles are larger than the picture")


def test_a_bmp_with_run_lengths_is_refused(fundus, encoded):
    """Pillow decodes them in Python: 1 kB kept a core busy for 15 s."""
    data = bytearray(encoded(fundus.quantize(16), "BMP"))
    assert read(bytes(data)).shape == (180, 240, 3)
    data[30:34] = struct.pack("<I", 1)
    refused(bytes(data), "a BMP with run lengths; save it as PNG")


def test_metadata_of_a_million_fractions_are_refused(files):
    """Each becomes an object of Python: 8 MB kept a worker busy for 6 s."""
    fractions = bytes([1, 0, 0, 0]) * 250_000
    entry = struct.pack("<HHHII", 1, 0x0112, 5, 125_000, 26)
    exif = b"II*\0" + struct.pack("<I", 8) + entry + bytes(4) + fractions
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    refused(files["PNG"][:33] + chunk + files["PNG"][33:], "more than 1 MB of EXIF")
    refused(exif, "more than 1000 fractions in a tag")
