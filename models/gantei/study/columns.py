"""The columns of a study's table, and the data dictionary that explains each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from ..errors import OutputError
from ..findings.finding import Finding
from ..findings.wording import Language
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph
from ..table_files.csv_writing import write_csv
from .backends import AnyEstimator
from .estimate_columns import check_names, estimate_cells, estimate_columns
from .leading_columns import ANONYMOUS, LEADING, Column

LANGUAGES: tuple[Language, ...] = ("en", "ja")

Row = list[Any]
"""One photograph's cells in the order of the columns; None where there is nothing to say."""


WARNINGS, WARNING_CODES, ERROR, ERROR_CODE = -4, -3, -2, -1
"""Where a row says what is odd, and by which codes, and where, why there are no values."""


def columns(
    estimators: Sequence[AnyEstimator],
    listed: Sequence[str] = (),
    *,
    added: Sequence[Column] = (),
    anonymous: bool = False,
) -> tuple[Column, ...]:
    """Give the columns of the table that these estimators fill.

    Args:
        estimators: in the order of their columns.
        listed: the names of the columns that are taken from a list.
        added: columns of DICOM files, which stand last.
        anonymous: whether names are random.

    Raises:
        OutputError: one of those has the name of another column, or two values would have one.
    """
    values = tuple(column for each in estimators for column in estimate_columns(each))
    trailing = _trailing(estimators)
    ours = {column.name.casefold() for column in (*LEADING, *values, *trailing, *added)}
    check_names(values)
    if clash := next((name for name in listed if name.casefold() in ours), None):
        raise OutputError(
            f"--from: the list's column {clash} has the name of another one of the table; "
            "rename it in the list, or leave it out"
        )
    leading = (*ANONYMOUS, *LEADING[len(ANONYMOUS) :]) if anonymous else LEADING
    return (*leading, *(_listed(name) for name in listed), *values, *trailing, *added)


def _listed(name: str) -> Column:
    return Column(
        name,
        "text",
        f"the column {name} of the list (--from), as it stands there",
        f"一覧（--from）の {name} 列の値をそのまま写したもの",
    )


def row(
    listed: StudyPhotograph, result: PhotographResult, estimators: Sequence[AnyEstimator]
) -> Row:
    """Lay one photograph's result out in the order of the columns.

    What every row of an estimator says stands in it as its code alone. What is odd about the
    photograph itself stands there once, without an estimator's name.
    """
    person = [listed.person.name, listed.person.origin] if listed.person else [None, None]
    eye = [result.eye.side, result.eye.origin] if result.eye else [None, None]
    leading = [listed.name, listed.shown_sha256(result.sha256), *person, *eye, *listed.cells]
    if (error := result.error) is not None:
        blanks = [None for each in estimators for _ in estimate_columns(each)]
        # The name in the table stands for the path: a table tells nothing of the folders around it.
        text = error.worded(source=listed.name)
        said = [each for each in result.photograph_findings if each != error.finding]
        told = _joined(_sentence(each) for each in said), _joined(_codes(said))
        return [*leading, *blanks, *told, _one_line(text), error.code]
    values = [
        cell
        for index, each in enumerate(estimators)
        for cell in estimate_cells(each, result, index)
    ]
    found = [
        (each, finding)
        for each, findings in zip(estimators, result.findings, strict=True)
        for finding in findings
    ]
    texts = [
        f"{each.name}: {finding.text()}." for each, finding in found if finding not in each.findings
    ]
    codes = dict.fromkeys(f"{each.name}:{finding.code}" for each, finding in found)
    texts += [_sentence(finding) for finding in result.photograph_findings]
    codes |= _codes(result.photograph_findings)
    return [*leading, *values, _joined(texts), _joined(codes), None, None]


def with_finding(line: Row, finding: Finding) -> Row:
    """Give a row that also says what was found last of the photograph, as `row` would lay it out.

    For what only the rows of a whole study tell; no row says the same finding twice.
    """
    also = [*line]
    for place, text in ((WARNINGS, _sentence(finding)), (WARNING_CODES, finding.code)):
        also[place] = _joined(filter(None, (line[place], text)))
    return also


def _sentence(finding: Finding) -> str:
    return f"{finding.text()}."


def _joined(texts: Iterable[str]) -> str | None:
    return " ".join(texts) or None


def _codes(findings: Iterable[Finding]) -> dict[str, None]:
    return dict.fromkeys(finding.code for finding in findings)


def sentences_of_every_row(
    estimators: Sequence[AnyEstimator], language: Language = "en"
) -> dict[str, str]:
    """Word what every row says: `estimator:code`, and the sentence of it."""
    sentences: dict[str, str] = {}
    for each in estimators:
        for finding in each.findings:
            key, text = f"{each.name}:{finding.code}", finding.text(language)
            sentences[key] = f"{sentences[key]}; {text}" if key in sentences else text
    return sentences


def _trailing(estimators: Sequence[AnyEstimator]) -> tuple[Column, ...]:
    english, japanese = (
        "".join(
            f" | {code}: {text}" for code, text in sentences_of_every_row(estimators, each).items()
        )
        for each in LANGUAGES
    )
    return (
        Column(
            "warnings",
            "text",
            "what to know before using the values of this row: after the name of an estimator, "
            "what it says; without a name, what is odd about the photograph itself; what an "
            "estimator says in every row stands as its code alone, in warning_codes",
            "この行の値を使う前の注意。推定器の名前に続くものはその推定器の注意、名前のないものは"
            "写真そのものの注意。すべての行に共通の注意は、コードだけを warning_codes に記す",
        ),
        Column(
            "warning_codes",
            "text",
            "codes of all warnings, with spaces between: estimator:code of what an estimator says, "
            f"the code alone of what is odd about the photograph itself{english}",
            "すべての注意のコード。推定器の注意は estimator:code、写真そのものの注意は code のみの"
            f"形で、空白で区切る{japanese}",
        ),
        Column("error", "text", "why there are no values", "値がない理由"),
        Column("error_code", "text", "the code of the error", "値がない理由のコード"),
    )


def write_dictionary(
    tables: Mapping[str, Sequence[Column]], file: IO[bytes], *, plain: bool = False
) -> None:
    """Write the data dictionary: a CSV with one line per column; see `write_csv` for `plain`.

    `tables` has the columns of each: `results`, and what stands beside it under another ending.
    """
    keys = ("name", "meaning", "meaning_ja", "unit", "range", "estimator", "weights_sha256")
    rows = (
        [table, *(getattr(column, key) for key in keys)]
        for table, described in tables.items()
        for column in described
    )
    write_csv(["table", "column", *keys[1:]], rows, file, plain=plain)


def _one_line(text: str) -> str:
    return " ".join(text.encode("utf-8", "backslashreplace").decode().split())
