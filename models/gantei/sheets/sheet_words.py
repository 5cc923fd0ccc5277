"""What sheets say themselves, in English and Japanese; findings have words of their own."""

from ..manifests.fields import Crop, Mirror
from ..photographs.eyes import EyeOrigin
from ..photographs.field_of_view import Around

TITLE = ("What the networks see of each photograph", "各写真のうちネットワークが見ている部分")
LEAD = (
    "The box on a photograph shows what the networks named beside it see. The picture in a frame "
    "of the same colour is their input: cropped, resampled and, where it says so, mirrored.",
    "写真の枠は、横に名前のあるネットワークが見ている範囲です。同じ色の枠の画像がその入力で、切り出し、"
    "縮小または拡大し、記載があれば左右反転したものです。",
)
INPUT_HEAD = (
    ("network", "ネットワーク"),
    ("input, px", "入力サイズ（画素）"),
    ("part of the photograph", "見る部分"),
    ("left eyes", "左眼"),
    ("resampling", "補間"),
    ("with every result", "すべての結果に付く注意"),
)
CROPS: dict[Crop, tuple[str, str]] = {
    "none": ("the whole photograph", "写真全体"),
    "disc": ("the square around the round field of view", "円形の眼底像を囲む正方形"),
    "box": ("the rectangle around all that is not black", "黒くない部分を囲む長方形"),
}
MIRRORS: dict[Mirror, tuple[str, str]] = {
    "none": ("as they are", "そのまま"),
    "left-eyes": ("mirrored", "左右反転"),
}
MIRRORED = ("mirrored", "左右反転")
PHOTOGRAPH = ("photograph", "写真")
FIELD = ("field of view", "眼底像")
FIELDS: dict[Around, tuple[str, str]] = {
    "disc": ("round", "円形"),
    "bright part": ("bright part", "明るい部分"),
    "picture": ("whole picture", "画像全体"),
}
NO_PICTURE = ("no picture", "画像なし")
PERSON = ("person", "対象者")
SIDES = {"right": ("right eye", "右眼"), "left": ("left eye", "左眼")}
ORIGINS: dict[EyeOrigin, tuple[str, str]] = {
    "stated": ("stated", "指定による"),
    "list": ("list", "一覧"),
    "DICOM": ("DICOM file", "DICOM ファイル"),
    "file name": ("file name", "ファイル名"),
    "detected": ("assumed, from the optic disc", "視神経乳頭の位置から仮定"),
}
IN_TABLE = ("the table says", "表の記載")
FAILED = ("cannot be estimated", "推定できない写真")
FOUND = ("findings", "注意")
NOTHING_FOUND = ("Nothing is wrong or odd.", "問題や注意はありません。")
FIRST, PREVIOUS, NEXT = ("first", "最初"), ("previous", "前へ"), ("next", "次へ")
