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
    "read upright, as its EXIF orientation (or HEIF or AVIF itself) says, transparency over black, "
    "colour profile not applied"
)
READ_JA = (
    "EXIF の向き（HEIF と AVIF ではファイル自体が示す向き）に従って正立させ、透明部分は黒とし、"
    "カラープロファイルは適用せずに読み込む"
)

LEADING = (
    Column(
        "photograph",
        "text",
        f"path of the file, relative to the folder given, or to --root; {READ}",
        f"写真のファイルのパス（指定したフォルダーまたは --root からの相対パス）。{READ_JA}",
    ),
    Column("sha256", "text", "SHA-256 of the file", "ファイルの SHA-256", range="64 hex digits"),
    Column("person", "text", "the person whose eye it is, where known", "対象者（分かる場合）"),
    Column(
        "person_from",
        "text",
        "what tells the person: list (the column person of --from); file name, folder or pattern "
        "(as --persons asks); DICOM (a pseudonym of the patient in its header, by the study's key)",
        "対象者の判別方法：list（--from の表の person 列）、file name、folder、pattern（--persons "
        "で指定したファイル名、フォルダー名、正規表現）、DICOM（ヘッダーの患者 ID から研究の鍵で"
        "作った仮名）",
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
        "what tells the eye: stated (--eyes), list (--from), DICOM (the laterality in its header), "
        "file name, or detected (assumed, from where the optic disc lies)",
        "左右眼の判別方法：stated（--eyes の表）、list（--from の表）、DICOM（ヘッダーの記載）、"
        "file name（ファイル名）、detected（視神経乳頭の位置による仮定）",
        range=", ".join(get_args(EyeOrigin)),
    ),
)
ANONYMOUS = (
    Column(
        "photograph",
        "text",
        f"random identifier; the key (--anonymous) has the name; the photograph is {READ}",
        "ランダムな識別子（元の名前との対応は --anonymous で指定した鍵ファイルにある）。写真は"
        f"{READ_JA}",
    ),
    Column(
        "sha256",
        "text",
        "HMAC-SHA-256 of the file's SHA-256 in hex, with the secret in the key (--anonymous)",
        "ファイルの SHA-256（16 進表記）の HMAC-SHA-256。鍵ファイル（--anonymous）の秘密の値による",
        range="64 hex digits",
    ),
    Column(
        "person",
        "text",
        "identifier of the person whose eye it is, where known: random, and the key has the name; "
        "from DICOM a pseudonym, by the key's secret",
        "対象者（分かる場合）。ランダムな識別子で、元の名前との対応は鍵ファイルにある。DICOM による"
        "場合は、鍵ファイルの秘密の値で作った仮名",
    ),
)
"""What stands first in its place in an anonymous study."""
SHA256, PERSON, PERSON_FROM, EYE, EYE_FROM = 1, 2, 3, 4, 5
"""Where those stand in a row."""
LISTED = len(LEADING)
"""Where the further cells begin that a list has of the photograph."""
