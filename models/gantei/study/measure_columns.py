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
        "the field of view that was found: disc; bright part, which is no circle; picture, where "
        "there is no surround",
        "見つかった視野：disc（円形）、bright part（円でない明るい部分）、picture（背景がなく"
        "画像全体）",
        range=", ".join(get_args(Around)),
    ),
    Column("left", "number", "left edge of the field's box", "視野を囲む長方形の左端", "px"),
    Column("top", "number", "top edge of the field's box", "視野を囲む長方形の上端", "px"),
    Column("right", "number", "right edge of the field's box", "視野を囲む長方形の右端", "px"),
    Column("bottom", "number", "bottom edge of the field's box", "視野を囲む長方形の下端", "px"),
    Column(
        "share", "number", "share of the photograph that the field takes",
        "写真に占める視野の割合", range="0 to 1",
    ),
    Column(
        "roundness", "number",
        "width to height of the ellipse that the field is: 1 for a disc, else it was squeezed; "
        "empty where it is neither",
        "視野の楕円の縦横比（幅÷高さ）。円なら1、ほかは変形している。円でも楕円でもなければ空欄",
    ),
    Column(
        "beside", "number",
        "share of what lies around a disc that is no surround: frames, captions, windows",
        "円形の視野の周りのうち、背景でない部分（枠、説明文、ウィンドウなど）の割合",
        range="0 to 1",
    ),
    Column(
        "surround", "number", "brightness of the surround of a disc", "円形の視野の背景の明るさ",
        range=_LEVELS,
    ),
    Column(
        "brightness", "number", "mean of the brightest channel in the field",
        "視野内で最も明るい色成分の平均", range=_LEVELS,
    ),
    Column(
        "clipped", "number", "share of the field where two channels are at their limit",
        "視野のうち、2つ以上の色成分が上限に達した部分の割合", range="0 to 1",
    ),
    Column(
        "red_to_blue", "number", "mean red over mean blue in the field",
        "視野内の赤の平均÷青の平均",
    ),
    Column(
        "colour", "number",
        "how far red and blue are from following green, relative to the brightness: 0 for grey, "
        "also in a single tint",
        "赤と青が緑に連動しない程度（明るさに対する比）。単色の濃淡だけなら0",
    ),
    Column(
        "ordered", "number", "share of the field with red above green above blue, as in a retina",
        "視野のうち、網膜のように赤、緑、青の順に明るい部分の割合", range="0 to 1",
    ),
    Column(
        "edges", "number", "share of the field with steeper edges than vessels make",
        "視野のうち、血管では生じない急なエッジの割合", range="0 to 1",
    ),
    Column(
        "evenness", "number",
        "brightness of the darkest part of a disc, of 4 x 4, relative to the brightest",
        "円形の視野を 4 x 4 に分けたときの、最も暗い部分の明るさ÷最も明るい部分の明るさ",
        range="0 to 1",
    ),
    Column(
        "sharpness", "number",
        "fine detail in the field relative to coarse detail, 0 for none; empty where it is too "
        "dim to tell",
        "視野の粗い模様に対する細かい模様の比。なければ0、暗くて分からなければ空欄",
    ),
    Column(
        "depth", "number", "bits of a value that are in use", "値のうち使われているビット数",
        "bits", "8 to 16",
    ),
    Column(
        "largest", "number", "largest value of a file of more than 8 bits a value",
        "1値が8ビットを超えるファイルの最大値",
    ),
)  # fmt: skip
"""One for each attribute of `gantei.Appearance`, under its name."""
TAKEN = (0, 1, PERSON, EYE)
"""Cells of a row of the table that stand before the measures."""


def measure_columns(*, anonymous: bool = False) -> tuple[Column, ...]:
    """Give the columns: photograph, file, person and eye, then the measures."""
    leading = (*ANONYMOUS, *LEADING[len(ANONYMOUS) :]) if anonymous else LEADING
    return (*(leading[place] for place in TAKEN), *MEASURES)
