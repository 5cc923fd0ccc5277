"""The columns of a study's table, and the data dictionary that explains each."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..photographs.eyes import EyeOrigin

if TYPE_CHECKING:
    from ..inference.prediction import PhotographResult
    from ..manifests.manifest import Binary, Categorical, Regression
    from .answering import AnyEstimator

Row = list[Any]
"""One photograph's cells in the order of the columns; None where there is nothing to say."""


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


LEADING = (
    Column(
        "photograph",
        "text",
        "file name, relative to the folder given; read as its EXIF orientation turns it upright, "
        "transparency over black, without its colour profile",
        "写真のファイル名。EXIFの向きを適用し、透明部分は黒とし、カラープロファイルは適用せずに読む",
    ),
    Column("sha256", "text", "SHA-256 of the file", "ファイルのSHA-256", range="64 hex digits"),
    Column(
        "eye",
        "text",
        "which eye it shows, where known",
        "左右眼の別(分かる場合)",
        range="right, left",
    ),
    Column(
        "eye_from",
        "text",
        "what tells the eye: stated (--eyes), list (--from), file name, or detected (assumed, by "
        "the optic disc)",
        "左右眼の別の出どころ:stated(--eyes の表)、list(--from の表)、file name(ファイル名)、"
        "detected(視神経乳頭の位置からの仮定)",
        range=", ".join(get_args(EyeOrigin)),
    ),
)
EYE, EYE_FROM = 2, 3
"""Where those stand in a row."""
TRAILING = (
    Column("warnings", "text", "what to know before using the values", "値を使う前の注意"),
    Column("error", "text", "why there are no values", "値がない理由"),
)


def columns(estimators: Sequence["AnyEstimator"]) -> tuple[Column, ...]:
    """Give the columns of the table that these estimators fill."""
    values = tuple(column for each in estimators for column in _value_columns(each))
    return (*LEADING, *values, *TRAILING)


def row(name: str, answer: "PhotographResult", estimators: Sequence["AnyEstimator"]) -> Row:
    """Lay one photograph's answer out in the order of the columns."""
    eye = [answer.eye.side, answer.eye.origin] if answer.eye else [None, None]
    if answer.error is not None:
        blanks = [None for each in estimators for _ in each.manifest.value_names()]
        # The name in the table stands for the path: a table tells nothing of the folders around it.
        error = str(answer.error).replace(answer.source, name)
        return [name, answer.sha256, *eye, *blanks, None, _one_line(error)]
    values = [
        values[key]
        for each, values in zip(estimators, answer.values, strict=True)
        for key in each.manifest.value_names()
    ]
    warnings = (
        f"{each.name}: {finding.text().rstrip('.')}."
        for each, findings in zip(estimators, answer.findings, strict=True)
        for finding in findings
    )
    return [name, answer.sha256, *eye, *values, " ".join(warnings) or None, None]


def dictionary(described: Sequence[Column]) -> str:
    """Write the data dictionary: a CSV of one line a column."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys = ("name", "meaning", "meaning_ja", "unit", "range", "estimator", "weights_sha256")
    writer.writerow(["column", *keys[1:]])
    writer.writerows([getattr(column, key) for key in keys] for column in described)
    return text.getvalue()


def _value_columns(estimator: "AnyEstimator") -> list[Column]:
    manifest = estimator.manifest
    sha256 = manifest.weights.sha256 if manifest.weights else ""
    return [
        Column(
            f"{estimator.name}.{value}",
            "number",
            *_meaning(name, value, spec),
            estimator=estimator.name,
            weights_sha256=sha256,
        )
        for name, spec in manifest.output.items()
        for value in spec.value_names(name)
    ]


def _meaning(
    name: str, value: str, spec: "Regression | Binary | Categorical"
) -> tuple[str, str, str, str]:
    """Give meaning, meaning in Japanese, unit and range of one value."""
    if spec.kind == "regression":
        seen = (
            "" if spec.range == "unknown" else f"training: {spec.range[0]:g} to {spec.range[1]:g}"
        )
        return f"estimated {name}", f"{name}の推定値", spec.unit, seen
    return f"probability of {value}", f"{value}の確率", "probability", "0 to 1"


def _one_line(text: str) -> str:
    return " ".join(text.encode("utf-8", "backslashreplace").decode().split())
