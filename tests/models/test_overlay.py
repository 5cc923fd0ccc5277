"""Overlays: the colours stand where the map says, and the sheet says what they mean."""

import numpy as np
import pytest
from PIL import Image

from gantei.explanations import colour_scale, overlay
from gantei.explanations.explanation import Explanation
from gantei.explanations.overlay import LEAST_SIDE, LONGEST_SIDE, NARROWEST, draw_overlay
from gantei.manifests.manifest import Manifest
from gantei.photographs.photograph import open_photograph

from ..conftest import REGRESSION, SEX, made_picture, manifest_tables

CLASSES = {"kind": "categorical", "classes": ["none", "mild"], "transform": "softmax"}
AGE_MAP = np.array([[20, 30], [40, 90]], np.float32)


def manifest(spec=None):
    tables = manifest_tables("made", {"age": spec or REGRESSION}, b"weights")
    return Manifest.model_validate(tables)


def explanation(map=AGE_MAP, box=(0, 0, 400, 400), of="age", unit="years"):
    quantity = unit.split()[0] if " of " in unit else "value"
    numbers = np.asarray(map, np.float32)
    return Explanation(of, unit, quantity, numbers, 5.0, np.zeros(3, np.float32), box)


def sheet(size=(400, 400), spec=None, warnings=(), picture=None, value=50.0, **options):
    """The overlay of an even grey-green picture, as an array, and its photograph's part."""
    if picture is None:
        picture = np.full((size[1], size[0], 3), (90, 200, 60), np.uint8)
    one = explanation(**options)
    drawn = draw_overlay(open_photograph(picture), one, value, manifest(spec), warnings)
    return np.asarray(drawn).astype(int)


def oklab(scale):
    srgb = scale / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    roots = np.cbrt(linear @ np.linalg.inv(colour_scale._LINEAR_RGB).T)
    return roots @ np.linalg.inv(colour_scale._CUBE_ROOTS).T


def test_neighbouring_colours_are_equally_far_apart():
    scale = colour_scale.diverging()
    steps = np.linalg.norm(np.diff(oklab(scale)[::15], axis=0), axis=1)
    steps = np.sort(steps)[1:]  # one is around the bend; 8 bits a channel leave some noise
    assert np.ptp(steps) < 0.15 * steps.mean()
    assert len(np.unique(scale, axis=0)) == len(scale)


def test_the_one_sided_scale_has_no_bend_that_would_draw_a_contour():
    steps = np.diff(oklab(colour_scale.sequential())[::15], axis=0)
    assert (steps[:, 0] > 0).all(), "it grows lighter"
    unit = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    angles = np.degrees(np.arccos((unit[1:] * unit[:-1]).sum(axis=1)))
    assert angles.max() < 35


def test_the_middle_of_the_two_sided_scale_is_white():
    red, green, blue = colour_scale.diverging()[[127, 128]].mean(axis=0)
    assert min(red, green, blue) > 240


def test_the_colours_stand_where_the_map_says():
    drawn = sheet(map=[[20, 50], [50, 80]])
    offset = (drawn.shape[1] - 400) // 2
    scale = colour_scale.diverging().astype(int)
    corners = {(20, 20): scale[0], (380, 380): scale[-1], (20, 380): scale[127]}
    for (x, y), expected in corners.items():
        assert np.abs(drawn[y, offset + x] - expected).max() <= 4


def test_what_every_place_has_in_common_does_not_change_the_colours_of_an_age():
    one, other = sheet(), sheet(map=AGE_MAP - 1000)
    assert np.array_equal(one, other)


def test_of_several_classes_the_colours_run_from_least_to_most():
    unit = {"of": "mild", "unit": "logit of mild"}
    drawn = sheet(spec=CLASSES, value=0.5, **unit)
    offset = (drawn.shape[1] - 400) // 2
    for x, expected in ((20, 0), (380, -1)):
        wanted = colour_scale.sequential()[expected].astype(int)
        assert np.abs(drawn[x, offset + x] - wanted).max() <= 2


def test_beyond_what_the_network_saw_the_photograph_is_grey():
    drawn = sheet(box=(100, 100, 300, 300))
    offset = (drawn.shape[1] - 400) // 2
    photograph = drawn[:400, offset : offset + 400]
    grey = np.ptp(photograph, axis=2) == 0
    assert grey[:99].all()
    assert grey[:, 302:].all()
    assert not grey[102:298, 102:298].any()


@pytest.mark.parametrize("box", [(-50, -80, 450, 420), (-1e3, 0, 400, 1400), (0.4, 0.4, 9.6, 9.6)])
def test_a_square_beyond_the_photograph_is_cut_at_its_edges(box):
    assert sheet(box=box).shape[1] == NARROWEST


def test_a_map_keeps_its_place_where_the_square_reaches_beyond():
    drawn = sheet(box=(-400, 0, 400, 800), map=[[0, 1], [0, 0]])
    offset = (drawn.shape[1] - 400) // 2
    # The right upper quarter of the map is the whole photograph.
    middle = drawn[200, offset + 200]
    assert np.abs(middle - colour_scale.diverging()[-1]).max() <= 2


def test_a_map_is_stretched_over_a_box_that_is_no_square():
    drawn = sheet(size=(800, 600), box=(100, 0, 700, 600 // 2), map=[[0, 1], [0, 1]])
    shown = drawn[:600, (drawn.shape[1] - 800) // 2 :][:, :800]
    coloured = np.ptp(shown, axis=2) > 0
    rows, columns = (np.flatnonzero(coloured.any(axis=axis)) for axis in (1, 0))
    assert (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) == (100, 0, 700, 300)
    scale = colour_scale.diverging().astype(int)
    for x, expected in ((110, scale[0]), (690, scale[-1])):
        assert np.abs(shown[[10, 150, 290], x] - expected).max() <= 4


@pytest.mark.parametrize(("size", "width"), [((3000, 1500), LONGEST_SIDE), ((90, 60), NARROWEST)])
def test_large_photographs_are_scaled_down_and_small_ones_up(size, width):
    box = (0, 0, *size)
    drawn = sheet(size=size, box=box)
    assert drawn.shape[1] == width
    factor = min(max(LEAST_SIDE, *size), LONGEST_SIDE) / max(size)
    photograph = drawn[: round(size[1] * factor)]
    assert (photograph[:, width // 2] < 250).any(axis=1).all(), "no paper there"
    assert drawn.shape[0] - len(photograph) >= 150


def test_the_two_sided_scale_of_a_probability_is_white_at_zero():
    one = {"map": np.full((2, 2), -5), "of": "male", "unit": "logit of male"}
    drawn = sheet(spec=SEX, **one)
    inside = drawn[200, drawn.shape[1] // 2]
    assert np.ptp(inside) <= 15, "map plus bias is zero everywhere"


@pytest.fixture
def texts(monkeypatch):
    """Everything that is written into a sheet."""
    found = []
    write = overlay.write_line

    def told(draw, x, top, text, size, colour):
        found.append(text)
        write(draw, x, top, text, size, colour)

    monkeypatch.setattr(overlay, "write_line", told)
    return found


@pytest.mark.parametrize("spec", [None, SEX, CLASSES])
def test_a_map_without_differences_is_said_to_be_the_same_everywhere(spec, texts):
    of = {None: "age", "binary": "male", "categorical": "mild"}[spec and spec["kind"]]
    sheet(map=np.full((3, 3), 2.0), spec=spec, of=of, unit=f"logit of {of}" if spec else "years")
    assert "the same everywhere" in texts
    assert not any("e-" in text for text in texts)


def test_the_mark_names_the_estimate(texts):
    sheet(value=57.25)
    assert {"estimate 57.2 years", "years above or below the estimate"} <= set(texts)
    sheet(spec=SEX, value=0.22, map=np.full((2, 2), -6.26), of="male", unit="logit of male")
    assert "estimate 0.22 (logit \N{MINUS SIGN}1.26)" in texts
    sheet(value=-3.0)
    assert {"\N{MINUS SIGN}20", "estimate \N{MINUS SIGN}3.0 years"} <= set(texts)


def test_warnings_are_part_of_the_picture():
    plain = sheet()
    noticed = sheet(warnings=("assumed input.scale = -1..1", "Demo: knows nothing."))
    assert noticed.shape[0] > plain.shape[0]
    added = noticed[plain.shape[0] - 10 :]
    assert (np.abs(added - (160, 40, 16)).max(axis=2) < 30).any(), "in its own colour"


def test_words_without_letters_in_the_font_are_spelt_out():
    unit = {"unit": "歳"}
    drawn = sheet(spec=REGRESSION | unit, **unit)
    assert drawn.shape != sheet().shape or (drawn != sheet()).any()


def test_the_map_of_a_real_prediction_is_drawn_over_a_picture():
    picture = made_picture(1, side=200)
    drawn = sheet(picture=picture, box=(0, 0, 200, 200))
    assert Image.fromarray(drawn.astype(np.uint8)).size[0] == NARROWEST
