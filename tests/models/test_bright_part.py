"""`crop = "box"`: what is not black, in whole pixels, stretched to the input."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

import gantei.demo
from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.manifests.manifest import InputSpec
from gantei.photographs.bright_part import find_box
from gantei.photographs.network_view import look, view_spec
from gantei.photographs.oddities import findings_on_photograph
from gantei.photographs.photograph import open_photograph, read
from gantei.photographs.preprocessing import findings_on, prepare, prepare_photograph
from gantei.photographs.resampling import resample

from .pictures import exif_of

FACTS = {
    "size": (64, 64), "colour": "rgb", "crop": "box", "mirror": "none", "decoder": "pillow",
    "resampling": "bilinear", "scale": "in-graph",
}  # fmt: skip


def findings_of(photograph, spec):
    return findings_on(look(photograph, view_spec(spec)), spec)


def said_of(photograph, spec):
    return [finding.text() for finding in findings_of(photograph, spec)]


def spec(**facts):
    return InputSpec(**{**FACTS, **facts})


def as_authors_do(image, threshold=20):
    """The lines that many programs have: all that is brighter than a number."""
    bright = np.asarray(image).max(axis=2) > threshold
    rows, columns = (np.flatnonzero(bright.any(axis=axis)) for axis in (1, 0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def apart(first, second):
    return max(abs(one - other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("centre", "radius"),
    [((620, 505), 400), ((600, 500), 560), ((500, 500), 620), ((450, 380), 470)],
    ids=["whole", "cut at top and bottom", "cut on three sides", "cut at the left upper corner"],
)
def test_the_box_is_what_a_plain_threshold_finds(draw, centre, radius):
    image = draw(1203, 1001, centre, radius, noise=1)
    part = find_box(image)
    assert part.around == "disc"
    # Of its last columns a disc lights a few pixels only; its rim is half as bright as its middle.
    assert apart(part.box, as_authors_do(image)) <= 2


def test_on_drawn_photographs_it_is_what_a_plain_threshold_finds(tmp_path):
    gantei.demo.draw_people(tmp_path, people=4, seed=12)
    paths = sorted(tmp_path.rglob("*.jpg"))
    assert len(paths) >= 4
    for path in paths:
        image = Image.fromarray(read(path))
        assert apart(find_box(image).box, as_authors_do(image)) <= 0.005 * max(image.size)


def test_specks_and_a_caption_are_left_out_where_a_plain_threshold_takes_them(draw):
    image = draw(1203, 1001, (600, 500), 400, noise=1)
    clean = find_box(image).box
    pen = ImageDraw.Draw(image)
    pen.text((5, 5), "OD 2026-11-28", "white", font_size=30)
    for x, y in [(1190, 20), (30, 980), (1195, 990), (4, 500)]:
        pen.rectangle((x, y, x + 3, y + 3), "white")
    assert apart(as_authors_do(image), clean) > 100
    assert find_box(image).box == clean


def test_without_a_dark_surround_it_is_the_whole_picture(draw):
    slope = np.linspace(60, 120, 200, dtype=np.uint8)[:, None]
    image = Image.fromarray(np.asarray(draw(200, 160, (100, 80), 60)) // 2 + slope)
    part = find_box(image)
    assert part == ((0, 0, 200, 160), "picture")
    found = findings_on_photograph(open_photograph(image), None)
    assert Finding("no-disc", around="picture") in found


def test_what_is_no_disc_is_taken_by_its_own_edges():
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[60:200, 100:350] = 180, 90, 40
    part = find_box(Image.fromarray(pixels))
    assert part == ((100, 60, 350, 200), "bright part")


def test_a_black_picture_has_no_box():
    with pytest.raises(PhotographError, match="black"):
        find_box(Image.new("RGB", (300, 200)))


@pytest.mark.parametrize("method", ["nearest", "bilinear", "area", "bilinear-no-antialias"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_the_box_is_stretched_to_the_input_of_a_file_as_of_pixels(
    draw, encoded, method, orientation
):
    data = encoded(draw(803, 601, (400, 300), 360), "JPEG", exif=exif_of(orientation))
    photograph = open_photograph(data)
    facts = spec(resampling=method)
    box = look(photograph, view_spec(facts)).box
    cut = photograph.picture().crop(box)
    assert cut.width != cut.height
    prepared = prepare_photograph(photograph, facts)
    assert np.array_equal(prepared, prepare(photograph.pixels(), facts))
    assert np.array_equal(prepared, resample(cut, (64, 64), method).astype(np.float32))


def test_a_stretched_disc_is_told_of_and_a_whole_one_is_not(draw, encoded):
    cut = open_photograph(encoded(draw(803, 601, (400, 300), 360), "PNG"))
    (remark,) = said_of(cut, spec())
    assert remark.startswith("stretched: the 7") and remark.endswith("were scaled to 64 x 64")
    assert (
        findings_of(open_photograph(encoded(draw(803, 601, (400, 300), 250), "PNG")), spec()) == ()
    )


def test_what_was_seen_with_one_crop_or_decoder_is_not_given_for_another(draw, encoded):
    photograph = open_photograph(encoded(draw(803, 601, (400, 300), 360), "JPEG"))
    seen = [
        prepare_photograph(photograph, spec(crop=crop, decoder=decoder))
        for crop in ("none", "disc", "box")
        for decoder in ("pillow", "tensorflow")
    ]
    different = {each.tobytes() for each in seen}
    assert len(different) == len(seen)
    again = prepare_photograph(photograph, spec(crop="box", decoder="tensorflow"))
    assert np.array_equal(again, seen[-1])


@pytest.mark.parametrize("crop", ["none", "disc", "box"])
def test_pixels_read_by_the_same_decoder_are_prepared_alike(draw, encoded, crop):
    data = encoded(draw(803, 601, (400, 300), 360), "JPEG", quality=85)
    facts = spec(crop=crop, decoder="tensorflow")
    from_file = prepare_photograph(open_photograph(data), facts)
    assert np.array_equal(from_file, prepare(read(data, decoder="tensorflow"), facts))


def test_a_picture_of_the_networks_own_size_has_been_cut_before_and_is_taken_whole():
    image = Image.new("RGB", (64, 64))
    image.paste((200, 120, 60), (8, 0, 56, 64))  # dark left and right, as a disc's own shadow is
    content = io.BytesIO()
    image.save(content, "PNG")
    photograph = open_photograph(content.getvalue())
    assert look(photograph, view_spec(spec())).box == (0, 0, 64, 64)
    assert findings_of(photograph, spec()) == ()
    np.testing.assert_array_equal(prepare(np.asarray(image), spec()), np.asarray(image))
