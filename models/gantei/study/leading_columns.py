"""What stands first in a row of a study's table, and what a column is."""

from dataclasses import dataclass
from typing import Literal, get_args

from ..photographs.eyes import EyeOrigin
from ..photographs.persons import PersonOrigin


@dataclass(frozen=True)
class Column:
    """One column: its name, what it means, and what may stand in it."""

    name: str
    kind: Literal["text", "number"]
    meaning: str
    meaning_ja: str
    unit: str = ""
    range: str = ""
    estimator: str = ""
    weights_sha256: str = ""


READ = (
    "read as its EXIF orientation turns it upright, transparency over black, without its colour "
    "profile"
)
READ_JA = "EXIF の向きに従って正立させ、透明部分は黒とし、カラープロファイルは適用せずに読み込む"

LEADING = (
    Column(
        "photograph",
        "text",
        f"file name, relative to the folder given; {READ}",
        f"写真のファイル名（指定したフォルダーからの相対パス）。{READ_JA}",
    ),
    Column("sha256", "text", "SHA-256 of the file", "ファイルの SHA-256", range="64 hex digits"),
    Column("person", "text", "whose eye it is, where known", "誰の眼か（分かる場合）"),
    Column(
        "person_from",
        "text",
        "what tells the person: list (the column person of --from), as --persons asked for: file "
        "name, folder, pattern, or DICOM (a pseudonym of the file's patient, by the key of the "
        "study)",
        "誰の眼かを示すもの：list（--from の表の person 列）、--persons の指定による file name"
        "（ファイル名）、folder（フォルダー名）、pattern（正規表現）、DICOM（ファイルの患者の仮名。"
        "この研究の鍵による）",
        range=", ".join(get_args(PersonOrigin)),
    ),
    Column(
        "eye",
        "text",
        "which eye it shows, where known",
        "左右眼の別（分かる場合）",
        range="right, left",
    ),
    Column(
        "eye_from",
        "text",
        "what tells the eye: stated (--eyes), list (--from), DICOM (the file's own laterality), "
        "file name, or detected (assumed, by the optic disc)",
        "左右眼の別を示すもの：stated（--eyes の表）、list（--from の表）、DICOM（ファイルに"
        "記された左右）、file name（ファイル名）、detected（視神経乳頭の位置による仮定）",
        range=", ".join(get_args(EyeOrigin)),
    ),
)
ANONYMOUS = (
    Column(
        "photograph",
        "text",
        f"random identifier, which the key (--anonymous) explains; the photograph is {READ}",
        f"無作為な識別子（元の名前との対応は --anonymous で指定した鍵ファイルにある）。{READ_JA}",
    ),
    Column(
        "sha256",
        "text",
        "HMAC-SHA-256 of the file's SHA-256 in hex, by the secret in the key (--anonymous)",
        "ファイルの SHA-256（16 進）を鍵ファイル（--anonymous）内の秘密の値でさらに "
        "HMAC-SHA-256 にした値",
        range="64 hex digits",
    ),
    Column(
        "person",
        "text",
        "random identifier of the person whose eye it is, where known; the key explains it",
        "誰の眼か（分かる場合）。無作為な識別子で、元の名前との対応は鍵ファイルにある",
    ),
)
"""What stands first in its place in an anonymous study."""
PERSON, PERSON_FROM, EYE, EYE_FROM = 2, 3, 4, 5
"""Where those stand in a row."""
LISTED = len(LEADING)
"""Where the further cells begin that a list has of the photograph."""
