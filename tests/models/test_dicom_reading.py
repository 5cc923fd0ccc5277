"""DICOM photographs: whatever the transfer syntax, the pixels are those that were encoded."""

import subprocess
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

import pydicom
from PIL import Image
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from gantei import demo
from gantei.estimator.estimator import load
from gantei.photographs.photograph import open_photograph, read

from ..processes import need_programs
from .dicoms import compressed, of_jpeg, of_pixels, of_stream, written
from .pictures import pillow, refusal

LOSSLESS = [RLELossless, JPEGLSLossless, JPEG2000Lossless]


@pytest.fixture(scope="session")
def pixels(fundus):
    """Colour, of odd sides, so that every padding byte occurs."""
    return np.asarray(fundus.crop((0, 0, 239, 179)))


@pytest.fixture(scope="session")
def deep(draw):
    """The same in 16 bits, all of which differ."""
    eight = np.asarray(draw(120, 90)).astype(np.uint16)
    grain = np.random.default_rng(3).integers(0, 256, eight.shape, np.uint16)
    return eight << 8 | grain


def same(one, other):
    return np.array_equal(np.asarray(one), np.asarray(other))


def stored(values, transfer_syntax, **elements):
    """A data set, compressed without loss if a transfer syntax says so."""
    if transfer_syntax is None:
        return of_pixels(values, **elements)
    return compressed(values, transfer_syntax, **elements)


def shown(made, **options):
    return read(made if isinstance(made, bytes) else written(made), allow_grey=True, **options)


def test_an_encapsulated_jpeg_is_read_byte_for_byte(fundus, encoded):
    """Also where an odd length got a byte more, and in several fragments."""
    data = encoded(fundus, "JPEG", quality=92)
    for jpeg in (data, data[:20] + b"\xff\xfe\0\3x" + data[20:]):
        for pieces in (1, 3):
            photograph = open_photograph(written(of_jpeg(jpeg, (180, 240), pieces=pieces)))
            assert photograph._picture._jpeg.data == jpeg
    assert (photograph.format, photograph.size) == ("DICOM", (180, 240))
    assert photograph.findings == ()
    assert photograph.scales == (8, 4, 2, 1)
    for scale in (1, 2, 8):
        assert same(photograph.picture(scale), open_photograph(data).picture(scale))
    pictures = (each.picture(1, "tensorflow") for each in (photograph, open_photograph(data)))
    assert same(*pictures)


def test_the_digest_is_that_of_the_dicom_file(fundus, encoded):
    import hashlib

    data = written(of_jpeg(encoded(fundus, "JPEG"), (180, 240)))
    assert open_photograph(data).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("quality", [75, 95])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_any_kind_gives_the_pixels_of_the_file(fundus, encoded, quality, progressive):
    data = encoded(fundus, "JPEG", quality=quality, progressive=progressive)
    assert np.array_equal(shown(of_jpeg(data, (180, 240))), pillow(data))


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("implicit", [False, True])
def test_plain_pixels_are_those_that_were_written(pixels, planar, implicit):
    made = of_pixels(pixels, PlanarConfiguration=planar)
    if implicit:
        made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    assert np.array_equal(shown(made), pixels)


@pytest.mark.parametrize("depth", ["pixels", "deep"])
def test_big_endian_is_read(request, depth):
    values = request.getfixturevalue(depth)
    made = of_pixels(values.astype(values.dtype.newbyteorder(">")), BitsStored=8)
    if depth == "deep":
        made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    made["PixelData"].VR = "OW"
    data = BytesIO()
    # In words, as the standard has it, so that pairs of bytes change places.
    raw = made.PixelData
    made.PixelData = raw if depth == "deep" else np.frombuffer(raw, "u2").byteswap().tobytes()
    pydicom.dcmwrite(data, made, enforce_file_format=True)
    expected = values >> 8 if depth == "deep" else values
    assert np.array_equal(shown(data.getvalue()), expected.astype(np.uint8))


@pytest.mark.parametrize("transfer_syntax", LOSSLESS, ids=lambda uid: uid.name)
def test_lossless_encoders_give_the_pixels_back(pixels, transfer_syntax):
    assert np.array_equal(shown(compressed(pixels, transfer_syntax)), pixels)


@pytest.mark.parametrize("transfer_syntax", [None, *LOSSLESS])
@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_sixteen_bits_become_eight_by_the_bits_that_are_stored(deep, bits, transfer_syntax):
    values = deep >> (16 - bits)
    found = shown(stored(values, transfer_syntax, BitsStored=bits))
    assert np.array_equal(found, (deep >> 8).astype(np.uint8))


@pytest.mark.parametrize("bits", range(1, 8))
def test_fewer_than_eight_bits_are_spread_over_the_range(bits):
    most = 2**bits - 1
    values = np.arange(3 * 2**bits, dtype=np.uint8).reshape(-1, 1, 3) % (most + 1)
    found = shown(of_pixels(np.tile(values, (4, 24, 1)), BitsStored=bits, HighBit=bits - 1))
    expected = [int(Fraction(255 * value, most) + Fraction(1, 2)) for value in range(most + 1)]
    assert expected[-1] == 255
    assert np.array_equal(found[: len(values), :1], np.array(expected, np.uint8)[values])


@pytest.mark.parametrize("transfer_syntax", [None, *LOSSLESS])
def test_grey_is_grey_as_in_every_other_file(pixels, transfer_syntax):
    grey = np.ascontiguousarray(pixels[..., 1])
    made = stored(grey, transfer_syntax)
    found = refusal(written(made))
    assert (found.code, found.values["mode"]) == ("grey-picture", "L")
    assert np.array_equal(shown(made), np.dstack([grey] * 3))
    made.PhotometricInterpretation = "MONOCHROME1"
    assert np.array_equal(shown(made), np.dstack([255 - grey] * 3))


def test_grey_jpegs_may_be_inverted(fundus, encoded):
    data = encoded(fundus.convert("L"), "JPEG")
    for label in ("MONOCHROME1", "MONOCHROME2"):
        made = of_jpeg(data, (180, 240), PhotometricInterpretation=label, SamplesPerPixel=1)
        expected = pillow(data) if label == "MONOCHROME2" else 255 - pillow(data)
        assert np.array_equal(shown(made), expected)


def converted(pixels):
    """YBR_FULL of RGB, by pydicom."""
    from pydicom.pixels.processing import convert_color_space

    return convert_color_space(pixels, "RGB", "YBR_FULL")


@pytest.mark.parametrize("transfer_syntax", [None, RLELossless, JPEGLSLossless])
def test_ybr_full_becomes_rgb_as_pydicom_converts_it(pixels, transfer_syntax):
    from pydicom.pixels.processing import convert_color_space

    ybr = converted(pixels)
    found = shown(stored(ybr, transfer_syntax, PhotometricInterpretation="YBR_FULL"))
    expected = convert_color_space(ybr, "YBR_FULL", "RGB")
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert np.abs(found.astype(int) - pixels).max() <= 3


def test_ybr_full_422_shares_its_colours_between_two_pixels(pixels):
    ybr = converted(pixels[:, :238])
    made = of_pixels(ybr, PhotometricInterpretation="YBR_FULL_422")
    packed = np.stack([ybr[:, ::2, 0], ybr[:, 1::2, 0], ybr[:, ::2, 1], ybr[:, ::2, 2]], axis=-1)
    made.PixelData = packed.tobytes()
    expected = pydicom.pixels.pixel_array(BytesIO(written(made)))
    assert np.abs(shown(made).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("transfer_syntax", [None, RLELossless])
def test_a_palette_gives_each_index_its_colour(fundus, bits, transfer_syntax):
    image = fundus.quantize(256)
    indices = np.asarray(image)
    table = np.asarray(image.getpalette(), np.uint8).reshape(-1, 3)
    made = stored(indices, transfer_syntax, PhotometricInterpretation="PALETTE COLOR")
    for number, colour in enumerate(("Red", "Green", "Blue")):
        entries = table[:, number].astype(np.uint16) * 257 if bits == 16 else table[:, number]
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, bits])
        setattr(made, f"{colour}PaletteColorLookupTableData", entries.tobytes())
        made[f"{colour}PaletteColorLookupTableData"].VR = "OW"
    assert np.array_equal(shown(made), table[indices])


def test_a_segmented_palette_is_expanded(fundus):
    """A value, and from it a line to another (PS3.3, C.7.9.2)."""
    indices = np.asarray(fundus.getchannel(0))
    made = of_pixels(indices, PhotometricInterpretation="PALETTE COLOR")
    for colour, first, last in (("Red", 0, 255), ("Green", 255, 0), ("Blue", 20, 120)):
        line = np.array([0, 1, 256 * first, 1, 255, 256 * last], "<u2")
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(made, f"Segmented{colour}PaletteColorLookupTableData", line.tobytes())
        made[f"Segmented{colour}PaletteColorLookupTableData"].VR = "OW"
    expected = pydicom.pixels.processing.apply_color_lut(indices, made) >> 8
    assert np.array_equal(shown(made), expected.astype(np.uint8))


@pytest.mark.parametrize("label", ["YBR_RCT", "RGB"])
def test_a_transform_of_jpeg_2000_itself_is_undone(pixels, label):
    made = compressed(pixels, JPEG2000Lossless, PhotometricInterpretation="RGB")
    made.PhotometricInterpretation = label
    found = open_photograph(written(made))
    assert np.array_equal(np.asarray(found.picture()), pixels)


@pytest.fixture
def dcmtk_makes(tmp_path):
    """What a program of dcmtk makes of a data set."""

    def make(command, made):
        need_programs(command[0])
        (tmp_path / "in.dcm").write_bytes(written(made))
        subprocess.run([*command, tmp_path / "in.dcm", tmp_path / "out.dcm"], check=True)
        return (tmp_path / "out.dcm").read_bytes()

    return make


@pytest.mark.reference
@pytest.mark.parametrize("option", ["+e1", "+el"])
@pytest.mark.parametrize("depth", ["pixels", "deep"])
def test_lossless_jpeg_of_dcmtk_gives_the_pixels_back(request, depth, option, dcmtk_makes):
    values = request.getfixturevalue(depth)
    made = of_pixels(values) if depth == "pixels" else of_pixels(values >> 4, BitsStored=12)
    data = dcmtk_makes(["dcmcjpeg", option], made)
    expected = values if depth == "pixels" else (values >> 8).astype(np.uint8)
    assert np.array_equal(shown(data), expected)
    found = pydicom.dcmread(BytesIO(data)).file_meta.TransferSyntaxUID
    assert found == (JPEGLosslessSV1 if option == "+e1" else JPEGLossless)


@pytest.mark.reference
def test_extended_jpeg_of_12_bits_gives_the_pixels_of_dcmtk(deep, dcmtk_makes):
    data = dcmtk_makes(["dcmcjpeg", "+ee", "+q", "98"], of_pixels(deep >> 4, BitsStored=12))
    again = dcmtk_makes(["dcmdjpeg"], pydicom.dcmread(BytesIO(data)))
    made = pydicom.dcmread(BytesIO(again))
    assert pydicom.dcmread(BytesIO(data)).file_meta.TransferSyntaxUID == JPEGExtended12Bit
    expected = np.frombuffer(made.PixelData, "<u2").reshape(deep.shape) >> 4
    assert np.abs(shown(data).astype(int) - expected).max() <= 1


def test_extended_jpeg_of_8_bits_goes_the_way_of_jpeg_files(fundus, encoded):
    data = encoded(fundus, "JPEG")
    made = of_stream(data, (180, 240), JPEGExtended12Bit, PhotometricInterpretation="YBR_FULL_422")
    assert np.array_equal(shown(made), pillow(data))


def test_a_file_without_preamble_or_meta_is_read(pixels):
    made = of_pixels(pixels)
    for data in (written(made, preamble=False), written(made, meta=False)):
        assert np.array_equal(shown(data), pixels)
    made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    assert np.array_equal(shown(written(made, meta=False)), pixels)


def test_what_the_preamble_holds_does_not_matter(pixels, encoded, fundus):
    """A file may be a TIFF at the same time: its DICOM is what is read."""
    data = written(of_pixels(pixels))
    assert np.array_equal(shown(b"II*\0" + data[4:]), pixels)


@pytest.mark.parametrize("transfer_syntax", [None, *LOSSLESS])
def test_the_estimate_is_that_of_the_png_of_the_same_pixels(transfer_syntax, tmp_path):
    who = demo.person(5, 1)
    image = demo.draw_photograph(5, who, who.eyes[0], scale=0.3).image
    made = stored(np.array(image), transfer_syntax)
    png = tmp_path / "same.png"
    image.save(png)
    here, there = load("demo-age", "cpu").predict([png, written(made)])
    assert here.values == there.values


def test_pixels_are_equal_to_those_of_a_png(pixels, encoded):
    png = encoded(Image.fromarray(pixels), "PNG")
    for transfer_syntax in LOSSLESS:
        assert np.array_equal(shown(compressed(pixels, transfer_syntax)), read(png))
