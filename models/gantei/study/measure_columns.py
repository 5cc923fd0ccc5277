"""The columns of `<table>.photographs.csv`: what each measure of a photograph means."""

from typing import get_args

from ..photographs.field_of_view import Around
from .leading_columns import ANONYMOUS, EYE, LEADING, PERSON, Column

_LEVELS = "0 to 255"

MEASURES = (
    Column("width", "number", "width of the upright photograph", "正立させた写真の幅", "px"),
    Column("height", "number", "height of the upright photograph", "正立させた写真の高さ", "px"),
    Column(
        "field",
        "text",
        "the field of view that was found: disc, where it is round; bright part, where it is not; "
        "picture, where there is no surround",
        "見つかった眼底像：disc（円形）、bright part（円形でない明るい部分）、picture（周囲の背景が"
        "なく、画像全体）",
        range=", ".join(get_args(Around)),
    ),
    Column("left", "number", "left edge of the field's box", "眼底像を囲む長方形の左端", "px"),
    Column("top", "number", "top edge of the field's box", "眼底像を囲む長方形の上端", "px"),
    Column("right", "number", "right edge of the field's box", "眼底像を囲む長方形の右端", "px"),
    Column("bottom", "number", "bottom edge of the field's box", "眼底像を囲む長方形の下端", "px"),
    Column(
        "share", "number", "share of the photograph's area that the field takes",
        "写真に占める眼底像の面積の割合", range="0 to 1",
    ),
    Column(
        "roundness", "number",
        "width over height of the field: 1 where it is round, else it was squeezed; empty where it "
        "is no ellipse",
        "眼底像の幅÷高さ。円なら 1、それ以外は縦横比が変わっている。円でも楕円でもなければ空欄",
    ),
    Column(
        "beside", "number",
        "share of what lies around a disc that is not its surround: frames, captions, windows",
        "円形の眼底像の周囲のうち、背景でないもの（枠、文字、ウィンドウなど）の割合",
        range="0 to 1",
    ),
    Column(
        "surround", "number", "brightness of the surround of a disc", "円形の眼底像の背景の明るさ",
        range=_LEVELS,
    ),
    Column(
        "brightness", "number", "mean of the brightest channel in the field",
        "眼底像で最も明るい色成分の平均", range=_LEVELS,
    ),
    Column(
        "clipped", "number", "share of the field where at least two channels are saturated",
        "眼底像のうち、二つ以上の色成分が上限に達した部分の割合", range="0 to 1",
    ),
    Column(
        "red_to_blue", "number", "mean red over mean blue in the field",
        "眼底像の赤の平均÷青の平均",
    ),
    Column(
        "colour", "number",
        "how far red and blue are from what green predicts, relative to the brightness: 0 for "
        "grey, also in a single tint",
        "緑から予測される値と赤と青のずれ（明るさに対する比）。白黒や単色の濃淡なら 0",
    ),
    Column(
        "ordered", "number", "share of the field with red above green above blue, as in a retina",
        "眼底像のうち、網膜のように赤、緑、青の順に明るい部分の割合", range="0 to 1",
    ),
    Column(
        "edges", "number", "share of the field with edges steeper than those of vessels",
        "眼底像のうち、血管より急なエッジの割合", range="0 to 1",
    ),
    Column(
        "evenness", "number",
        "brightness of the darkest of 4 x 4 parts of a disc, relative to that of the brightest",
        "円形の眼底像を 4 × 4 に分けたときの、最も暗い部分の明るさ÷最も明るい部分の明るさ",
        range="0 to 1",
    ),
    Column(
        "sharpness", "number",
        "fine detail in the field relative to coarse detail, 0 for none; empty where it is too "
        "dim to tell",
        "眼底像の粗い模様に対する細かい模様の比（鮮鋭度）。なければ 0、暗くて判定できなければ空欄",
    ),
    Column(
        "depth", "number", "bits of each value that are in use", "各値で使われているビット数",
        "bits", "8 to 16",
    ),
    Column(
        "largest", "number", "largest value in a file of more than 8 bits per value",
        "値が 8 ビットを超えるファイルの最大値",
    ),
)  # fmt: skip
"""One for each attribute of `gantei.Appearance`, under its name."""
TAKEN = (0, 1, PERSON, EYE)
"""Cells of a row of the table that stand before the measures."""


def measure_columns(*, anonymous: bool = False) -> tuple[Column, ...]:
    """Give the columns: photograph, file, person and eye, then the measures."""
    leading = (*ANONYMOUS, *LEADING[len(ANONYMOUS) :]) if anonymous else LEADING
    return (*(leading[place] for place in TAKEN), *MEASURES)
