"""Every bound on photographs has two sides: what is just within is read, what is beyond is not."""

import math
import struct

import numpy as np
import pytest
from PIL import Image

from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.manifests.manifest import InputSpec
from gantei.photographs.field_of_view import averaging_step, find_disc
from gantei.photographs.formats.orientation import LARGEST_EXIF
from gantei.photographs.network_view import NetworkView, draft_side
from gantei.photographs.photograph import open_photograph, read
from gantei.photographs.preprocessing import findings_on

from .jpegs import picture, written
from .pictures import refusal, tiled

JPEG = written(picture(64, 64))
BOX = InputSpec(
    size=(64, 64), colour="rgb", crop="box", mirror="none", decoder="pillow",
    resampling="bilinear", scale="in-graph",
)  # fmt: skip


def code_of(source, **options):
    """Under which code a source is refused; None where it is read."""
    try:
        read(source, **options)
    except PhotographError as error:
        return error.code
    return None


@pytest.mark.parametrize(("height", "code"), [(10_000, "cut-off-file"), (10_001, "many-pixels")])
def test_two_hundred_megapixels(encoded, height, code):
    """The head alone says so: what may be that large is then found to be cut off."""
    data = bytearray(encoded(Image.fromarray(picture(8, 8)), "BMP"))
    data[18:26] = struct.pack("<ii", 20_000, height)
    assert refusal(bytes(data)).code == code


@pytest.mark.parametrize(("more", "code"), [(0, None), (1, "much-exif")])
def test_one_megabyte_of_exif(encoded, more, code):
    exif = b"Exif\0\0".ljust(LARGEST_EXIF + more, b"\0")
    assert code_of(encoded(Image.fromarray(picture(64, 64)), "PNG", exif=exif)) == code


@pytest.mark.parametrize(("scans", "code"), [(100, None), (101, "jpeg-many-scans")])
def test_a_hundred_scans(scans, code):
    data = written(picture(64, 64), progressive=True)
    last = data.rindex(b"\xff\xda")
    again = scans - data.count(b"\xff\xda") + 1
    assert code_of(data[:last] + again * data[last:-2] + data[-2:]) == code


@pytest.mark.parametrize(("segments", "code"), [(1000, None), (1001, "jpeg-many-segments")])
def test_a_thousand_segments_behind_the_first_scan(segments, code):
    comments = segments * b"\xff\xfe\0\4\xff\xda"
    assert code_of(JPEG[:-2] + comments + JPEG[-2:]) == code


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (1980 * b"\xff\xfe\0\4  ", 2000 * b"\xff\xfe\0\4  "),
        (199_000 * b"\xff", 201_000 * b"\xff"),
        (243 * (b"\xff\xed\xff\xff" + bytes(65533)), 245 * (b"\xff\xed\xff\xff" + bytes(65533))),
    ],
    ids=["segments", "filling", "bytes"],
)
def test_the_head_of_a_jpeg(within, beyond):
    assert code_of(JPEG[:2] + within + JPEG[2:]) is None
    assert code_of(JPEG[:2] + beyond + JPEG[2:]) == "jpeg-long-head"


def with_tag(tag, kind, count):
    """A TIFF of one tag, which is no picture but for that is read so far."""
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, tag, kind, count, 0, 0)


@pytest.mark.parametrize(
    ("tag", "kind", "most", "code"),
    [
        (273, 4, 100_000, "tiff-many-pieces"), (324, 4, 100_000, "tiff-many-pieces"),
        (0x0112, 5, 1000, "tiff-many-fractions"), (0x0112, 10, 1000, "tiff-many-fractions"),
    ],
)  # fmt: skip
def test_the_lists_of_a_tiff(tag, kind, most, code):
    assert refusal(with_tag(tag, kind, most)).code == "damaged-picture"
    assert refusal(with_tag(tag, kind, most + 1)).code == code


@pytest.mark.parametrize(("width", "most"), [(64, 1024), (1600, 1615)])
def test_the_tiles_of_a_tiff(width, most):
    image = Image.fromarray(picture(width, width))
    codes = [code_of(tiled(image, width, says=says)) for says in (most, most + 1)]
    assert codes == ["damaged-picture", "tiff-large-tiles"]


@pytest.mark.parametrize(("previews", "code"), [(30, None), (31, "several-frames")])
def test_the_previews_of_a_tiff(draw, encoded, previews, code):
    pages = [draw(16, 16) for _ in range(previews)]
    for page in pages:
        page.encoderinfo = {"tiffinfo": {254: 1}}
    assert code_of(encoded(draw(64, 64), "TIFF", save_all=True, append_images=pages)) == code


@pytest.mark.parametrize(("level", "code"), [(9, "black-picture"), (10, None)])
def test_the_light_of_a_photograph(level, code):
    assert code_of(np.full((64, 64, 3), level, np.uint8), allow_grey=True) == code


@pytest.mark.parametrize(("red", "code"), [(100, "equal-channels"), (101, None)])
def test_the_difference_of_channels(red, code):
    assert code_of(np.full((64, 64, 3), (red, 95, 90), np.uint8)) == code


@pytest.mark.parametrize(("pixels", "code"), [(4, "equal-channels"), (5, None)])
def test_the_share_of_pixels_that_have_colour(pixels, code):
    grey = np.full((10, 10, 3), 90, np.uint8)
    grey.reshape(-1, 3)[:pixels] = 200, 120, 60
    assert code_of(grey) == code


@pytest.mark.parametrize(
    ("colour", "code"),
    [
        ((200, 10, 0), "single-channel"), ((200, 11, 0), None),
        ((30, 7, 0), "single-channel"), ((30, 8, 0), None),
        ((20, 6, 0), "single-channel"), ((21, 6, 0), None),
    ],
)  # fmt: skip
def test_the_second_channel(colour, code):
    assert code_of(np.full((64, 64, 3), colour, np.uint8)) == code


@pytest.mark.parametrize(("level", "black"), [(11, True), (12, False)])
def test_the_light_of_a_disc(level, black):
    image = Image.new("RGB", (64, 64), (level, 0, 0))
    if black:
        with pytest.raises(PhotographError) as caught:
            find_disc(image)
        assert caught.value.code == "black-picture"
    else:
        assert find_disc(image).around == "picture"


@pytest.mark.parametrize(
    ("longer", "step"),
    [(1, 1), (191, 1), (192, 2), (383, 2), (384, 4), (767, 4), (768, 8), (1535, 8), (1536, 16)],
)
def test_the_step_of_averaging(longer, step):
    assert averaging_step((longer, 1)) == averaging_step((1, longer)) == step


@pytest.mark.parametrize(("side", "kept"), [(1, 800), (200, 800), (201, 804), (224, 896)])
def test_the_side_that_stays_of_a_jpeg_decoded_at_reduced_size(side, kept):
    assert draft_side(side) == kept


@pytest.mark.parametrize(
    ("side", "scale"), [(200, 8), (201, 4), (400, 4), (401, 2), (800, 2), (801, 1)]
)
def test_the_reduction_that_keeps_a_side(encoded, side, scale):
    photograph = open_photograph(encoded(Image.new("RGB", (1600, 1600), (90, 50, 20)), "JPEG"))
    assert photograph.scale(side, side) == photograph.scale(1, side) == scale


def codes_on(box, spec=BOX, around="disc"):
    view = NetworkView(np.zeros((64, 64, 3), np.uint8), box, around)
    return [finding.code for finding in findings_on(view, spec)]


@pytest.mark.parametrize(("width", "codes"), [(104.9, []), (105.1, ["stretched"])])
def test_how_far_a_box_may_be_stretched(width, codes):
    assert codes_on((0, 0, width, 100)) == codes
    assert codes_on((0, 0, 100, width)) == codes
    other = BOX.model_copy(update={"crop": "none"})
    assert codes_on((0, 0, width, 100), other) == []


@pytest.mark.parametrize(("side", "codes"), [(64, []), (math.nextafter(64, 0), ["enlarged"])])
def test_what_is_enlarged(side, codes):
    assert codes_on((0, 0, side, 64)) == codes
    assert codes_on((0, 0, 64, side)) == codes


def test_what_is_said_where_there_is_no_disc():
    assert codes_on((0, 0, 100, 100), around="picture") == []  # but of the photograph itself
    view = NetworkView(np.zeros((64, 64, 3), np.uint8), (10, 0, 40, 30), "bright part")
    assert findings_on(view, BOX) == (
        Finding("enlarged", width=30, height=30, to_width=64, to_height=64),
    )
