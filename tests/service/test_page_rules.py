"""The page's rules, each by itself: sides and pairs, cells, maps, words."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from gantei.explanations import colour_scale
from gantei.photographs.eye_names import side_in_name
from gantei.study.averaging import averaging_scale
from gantei.table_files.spreadsheet_cells import defused, undefused

from ..eye_names import NAMES, NO_PAIRS, PAIRS
from .browsing import needs_browser

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]


@pytest.mark.parametrize(("path", "side", "sure"), NAMES)
def test_a_name_tells_a_side_or_nothing(module, path, side, sure):
    told = module("eyes", "(eyes, path) => eyes.nameTells(path)", path)
    assert (told["side"], told["sure"]) == (side, sure)
    assert told["key"] == side_in_name(path).key


@pytest.mark.parametrize(("right", "left", "label"), PAIRS)
def test_two_names_that_differ_in_the_side_alone_are_a_pair(module, right, left, label):
    for order in ([right, left], [left, right]):
        (group,) = grouped(module, order)
        assert group == {"label": label, "right": right, "left": left, "single": None}


@pytest.mark.parametrize("paths", NO_PAIRS)
def test_what_is_not_certain_is_no_pair(module, paths):
    groups = grouped(module, paths)
    assert len(groups) == len(paths)
    assert not any(group["right"] and group["left"] for group in groups)


def test_people_come_in_the_order_that_people_count_in(module):
    paths = ["p10-left.jpg", "p2.jpg", "p10-right.jpg", "p1_L.jpg"]
    labels = [group["label"] for group in grouped(module, paths)]
    assert labels == ["p1_L.jpg", "p2.jpg", "p10"]


def grouped(module, paths):
    return module(
        "eyes",
        """(eyes, paths) => eyes.grouped(paths.map(path => ({ path }))).map(group => ({
            ...group, right: group.right?.path ?? null, left: group.left?.path ?? null,
            single: group.single?.path ?? null }))""",
        paths,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (44.1091, "44.1091"),
        (-2.5, "-2.5"),
        (0.22173688, "0.22173688"),
        (None, ""),
        ("plain", "plain"),
        ('a "b", c', 'a "b", c'),
        ("two\nlines", "two\nlines"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-left", "'-left"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("\r1", "'\r1"),
        ("\uff1dA1", "'\uff1dA1"),
        ("a=1", "a=1"),
        ("it's", "it's"),
        ("'=1", "''=1"),
    ],
)
def test_a_cell_is_read_back_as_it_was_and_calculates_nothing(module, value, expected):
    text = module("csv", "(csv, value) => csv.csv([['x', value, 'y']])", value)
    ((before, read, after),) = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert (before, read, after) == ("x", expected, "y")
    if isinstance(value, str):
        assert (defused(value), undefused(expected)) == (expected, value)


def test_what_is_odd_about_a_photograph_stands_once_in_its_row_without_an_estimators_name(module):
    said = [{"code": "notice", "text": "a demo"}]
    estimators = [{"name": name, "values": {}} for name in ("one", "two")]
    photograph = {
        "path": "1.png", "sha256": "00", "size": None, "problem": None,
        "estimates": {each["name"]: {"values": {}, "warnings": said} for each in estimators},
        "findings": [{"code": "no-disc", "text": "no disc"}],
    }  # fmt: skip
    group = {"label": "1", "single": photograph, "right": None, "left": None}
    lines = "(csv, [groups, estimators]) => csv.tableLines(groups, estimators)"
    head, row = module("csv", lines, [[group], estimators])
    cells = dict(zip(head, row, strict=True))
    assert cells["warnings"] == "one: a demo; two: a demo; no disc"
    assert cells["warning_codes"] == "one:notice two:notice no-disc"


@pytest.mark.parametrize(
    ("rows", "size"), [((5, 5), (40, 33)), ((3, 7), (20, 20)), ((7, 7), (4, 5))]
)
def test_a_map_is_smoothed_as_pillow_does(module, rows, size):
    numbers = np.random.default_rng(1).normal(0, 20, rows).astype(np.float32)
    expected = np.asarray(Image.fromarray(numbers).resize(size, Image.Resampling.BICUBIC))
    got = module(
        "heat", "(heat, [rows, w, h]) => [...heat.resized(rows, w, h)]", [numbers.tolist(), *size]
    )
    np.testing.assert_allclose(np.reshape(got, size[::-1]), expected, atol=1e-3)


BOX = {"left": 0, "top": 0, "right": 8, "bottom": 8}


def a_map(rows, unit="years", alone=True, bias=0.5):
    size = {"width": 8, "height": 8}
    return {
        "rows": rows,
        "unit": unit,
        "quantity": unit.split()[0] if " of " in unit else "value",
        "of": "male",
        "alone": alone,
        "bias": bias,
        "box": BOX,
        "size": size,
    }


@pytest.mark.parametrize(
    ("maps", "kind", "low", "high"),
    [
        ([a_map([[-1, 3]])], "diverging", -2, 2),  # compared with the mean place
        ([a_map([[-1, 3]]), a_map([[0, 10]])], "diverging", -5, 5),
        ([a_map([[4, 4]])], "diverging", -1, 1),
        ([a_map([[-1, 3]], "logit of male")], "diverging", -3.5, 3.5),
        ([a_map([[-1, 3]], "logit of male", alone=False)], "sequential", -0.5, 3.5),
        ([a_map([[0.1, 0.3]], "probability of male")], "sequential", 0.6, 0.8),
    ],
)
def test_the_scale_says_what_the_colours_mean(module, maps, kind, low, high):
    scale = module("heat", "(heat, maps) => heat.scaleOf(maps)", maps)
    assert scale["kind"] == kind
    assert (scale["low"], scale["high"]) == pytest.approx((low, high))


@pytest.mark.parametrize("pair", [(0.5, 0.9), (0.0, 1.0), (1e-9, 0.3), (1.0, 1.0)])
def test_probabilities_are_averaged_as_in_a_study(module, pair):
    scale = averaging_scale("binary")
    there = [scale.there([each])[0] for each in pair]
    (expected,) = scale.back([sum(there) / 2])
    found = module("both_eyes", "({ mean }, pair) => mean(pair, 'probability')", pair)
    assert found == pytest.approx(expected, rel=1e-12)


def test_of_several_classes_and_of_one_file_twice_no_mean_is_said(module):
    code = """({ together }, [values, digests, complements]) => {
        const estimator = { name: "made", complements,
            values: Object.fromEntries(values.map((name) => [name, "probability"])) };
        const [right, left] = digests.map((sha256) => ({ sha256, estimates: { made: {
            values: Object.fromEntries(values.map((name) => [name, { value: 0.5 }])) } } }));
        return together({ right, left }, [estimator]).map(({ name }) => name);
    }"""
    assert module("both_eyes", code, [["a", "b", "c"], ["0", "1"], {}]) == []
    assert module("both_eyes", code, [["a"], ["0", "1"], {}]) == ["a"]
    assert module("both_eyes", code, [["a", "b"], ["0", "1"], {"b": "not"}]) == ["b"]
    assert module("both_eyes", code, [["a"], ["0", "0"], {}]) == []


LEGEND = """async ({ legend }, { scale, other }) => {
    const parts = [...legend(scale, { other }).querySelectorAll(".ends span, .unit")];
    return parts.map((part) => part.textContent);
}"""


@pytest.mark.parametrize(
    ("maps", "other", "ends", "meaning"),
    [
        ([a_map([[-1, 3]])], None, ["lowers it: \u22121.0 years", "0", "raises it: +1.0 years"],
         "What each of the 2 places of the map adds to the estimate"),
        ([a_map([[-30, 10, 20, 40]])], None,
         ["lowers it: \u221210 years", "0", "raises it: +10 years"], "the 4 places"),
        ([a_map([[-1, 3]], "logit of male")], "female", ["female", "neither", "male"],
         "if the whole photograph were like this place"),
        ([a_map([[-1, 3]], "logit of male")], None, ["not male", "neither", "male"], "lean"),
        ([a_map([[-1, 3]], "logit of male", alone=False)], None, ["least", "most"], "male"),
        ([a_map([[0.1, 0.3]], "probability of male")], None, ["0.60", "0.80"], "probability"),
    ],
)  # fmt: skip
def test_a_legend_says_what_one_place_does_to_the_estimate(module, maps, other, ends, meaning):
    scale = module("heat", "(heat, maps) => heat.scaleOf(maps)", maps)
    *shown, said = module("legend", LEGEND, {"scale": scale, "other": other})
    assert shown == ends
    assert meaning in said


def test_colours_lie_where_the_numbers_are(module):
    corners = module(
        "heat",
        """async (heat, map) => {
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [8, 8];
            const context = canvas.getContext("2d");
            context.fillStyle = "white";
            context.fillRect(0, 0, 8, 8);
            await heat.drawHeat(canvas, map, heat.scaleOf([map]));
            return [[0, 0], [7, 0]].map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
        }""",
        a_map([[-4, 4], [-4, 4]]),
    )
    shades = colour_scale.diverging()
    assert corners == [[*shades[0].tolist(), 255], [*shades[-1].tolist(), 255]]


def test_every_text_of_the_page_is_there_in_both_languages(module):
    english, japanese = module("words", "w => ['en', 'ja'].map(l => Object.keys(w.TEXTS[l]))")
    assert english == japanese
    refusals = "w => ['en', 'ja'].map(l => Object.keys(w.TEXTS[l].refusals))"
    english, japanese = module("words", refusals)
    assert english == japanese
