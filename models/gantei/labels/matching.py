"""Which rows of labels are of which photographs: by name, by the file's digest, or by person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import OutputError
from ..photographs.stored_photograph import PhotographPlace
from .label_rows import LabelRow, visit_of
from .label_table import LabelTable
from .name_index import NameIndex
from .result_rows import ResultRow


@dataclass
class Matches:
    """Rows of labels for each photograph.

    Attributes:
        rows: for each photograph, the numbers of its rows of labels.
        other_file: by the number of a photograph, the row that has its name and another digest.
        by_end: how many photographs were found by the end of their names.
    """

    rows: list[list[int]]
    other_file: dict[int, int] = field(default_factory=dict)
    by_end: int = 0


def match_by_photograph(
    photographs: Sequence[ResultRow],
    table: LabelTable,
    *,
    paths: Sequence[PhotographPlace | None] = (),
    keyed: bool = False,
) -> Matches:
    """Find the rows of each photograph by its name, else by its digest, else by the name's end.

    Args:
        photographs: of a table of results, or of a list.
        table: of labels, a row for each photograph.
        paths: of the photographs, where they are known.
        keyed: whether their digests are keyed, so that a different one tells nothing.

    Raises:
        OutputError: a row may be of several photographs, or a photograph of several rows.
    """
    index = NameIndex([each.photograph for each in photographs], paths)
    folder = Path(table.options.file).parent
    matches = Matches([[] for _ in photographs])
    left: list[int] = []
    for number, row in enumerate(table.rows):
        found = index.exact(row.photograph or "", folder)
        if len(found) > 1:
            same = {each for each in found if row.sha256 and photographs[each].sha256 == row.sha256}
            if not same:
                raise _several(row, photographs, found)
            found = same
        for each in found:
            if not keyed and _differ(row.sha256, photographs[each].sha256):
                matches.other_file.setdefault(each, number)
            else:
                matches.rows[each].append(number)
        if not found:
            left.append(number)
    _by_digest(photographs, table, matches)
    _by_end(photographs, table, index, left, matches)
    return matches


def _by_digest(photographs: Sequence[ResultRow], table: LabelTable, matches: Matches) -> None:
    """Add the rows that name none of the photographs, or another file, but have its digest."""
    named = {number for rows in matches.rows for number in rows}
    by_digest: dict[str, list[int]] = {}
    for number, row in enumerate(table.rows):
        if row.sha256 and number not in named:
            by_digest.setdefault(row.sha256, []).append(number)
    if by_digest:
        for number, each in enumerate(photographs):
            if each.sha256 and (matches.rows[number] or number not in matches.other_file):
                matches.rows[number] += by_digest.get(each.sha256, [])


def _by_end(
    photographs: Sequence[ResultRow],
    table: LabelTable,
    index: NameIndex,
    left: Sequence[int],
    matches: Matches,
) -> None:
    used = {number for rows in matches.rows for number in rows}
    free = [
        not rows and number not in matches.other_file for number, rows in enumerate(matches.rows)
    ]
    # Where every file has a digest, a row with another one is of none of them.
    whole = all(each.sha256 for each, is_free in zip(photographs, free, strict=True) if is_free)
    for number in left:
        row = table.rows[number]
        if number in used or not row.photograph or (row.sha256 and whole):
            continue
        found = [
            each
            for each in index.by_end(row.photograph)
            if free[each] and not _differ(row.sha256, photographs[each].sha256)
        ]
        if len({photographs[each].sha256 or each for each in found}) > 1:
            raise _several(row, photographs, found)
        for each in found:
            others = [table.rows[other] for other in matches.rows[each]]
            if others and others[0].photograph != row.photograph:
                raise OutputError(
                    f"{row.where}: {row.photograph} and {others[0].photograph} "
                    f"({others[0].where}) may both be {photographs[each].photograph}; name "
                    "photographs as the results do, with their folders, or by a column sha256"
                )
            matches.by_end += not others
            matches.rows[each].append(number)


def match_by_person(
    photographs: Sequence[ResultRow], table: LabelTable, *, listed: bool = False
) -> Matches:
    """Find the rows of each photograph by its person, and by its visit and eye where rows have any.

    Args:
        photographs: of a table of results, or of a list.
        table: of labels, a row for each person.
        listed: whether the photographs are of a list, whose persons and visits can yet be told.

    Raises:
        OutputError: no photograph has a person, or a person has several visits and the results do
            not tell whose photograph is of which.
    """
    if not any(each.person for each in photographs):
        raise OutputError(_no_persons(table, listed=listed))
    by_person: dict[str, list[int]] = {}
    for number, row in enumerate(table.rows):
        if row.person:
            by_person.setdefault(row.person, []).append(number)
    column = _visit_column(photographs, table)
    matches = Matches([[] for _ in photographs])
    for number, each in enumerate(photographs):
        rows = by_person.get(each.person or "", [])
        if table.has_visits and len({table.rows[row].visit for row in rows}) > 1:
            if column is None:
                raise OutputError(_no_visits(table, table.rows[rows[1]], listed=listed))
            visit = visit_of(each.groups[column])
            rows = [row for row in rows if table.rows[row].visit == visit]
        elif column is not None and (visit := visit_of(each.groups[column])):
            rows = [row for row in rows if table.rows[row].visit in {visit, ""}]
        matches.rows[number] = [row for row in rows if _may_be(table.rows[row], each)]
    return matches


def _no_persons(table: LabelTable, *, listed: bool) -> str:
    said = (
        f"{table.name}: its rows are persons, as it has no column photograph and --photograph "
        "names none; but "
    )
    if listed:
        return (
            f"{said}nothing tells whose photographs these are: add --persons names (or folders), "
            "or --from a list with a column person"
        )
    return (
        f"{said}the results tell no person: run gantei predict with --persons, or --from a list "
        "with a column person"
    )


def _no_visits(table: LabelTable, row: LabelRow, *, listed: bool) -> str:
    column = _visits_by(table)
    what, how = ("list of photographs", "give") if listed else ("results", "run gantei predict")
    return (
        f"{row.where}: a person has several visits, and no column {column} of the {what} tells of "
        f"which visit a photograph is: {how} --from a list that has it, or name the labels' column "
        "of photographs by --photograph"
    )


def _visit_column(photographs: Sequence[ResultRow], table: LabelTable) -> str | None:
    wanted = _visits_by(table).strip().casefold()
    columns = photographs[0].groups if photographs else ()
    return next((each for each in columns if each.casefold() == wanted), None)


def _visits_by(table: LabelTable) -> str:
    return table.options.visit or "visit"


def _may_be(row: LabelRow, photograph: ResultRow) -> bool:
    return row.eye is None or photograph.eye is None or row.eye == photograph.eye


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _several(row: LabelRow, photographs: Sequence[ResultRow], found: object) -> OutputError:
    numbers = sorted(found) if isinstance(found, set | list) else []
    names = [photographs[each].photograph for each in numbers]
    shown = " or ".join(names[:2]) + (f" or {len(names) - 2} more" if len(names) > 2 else "")
    return OutputError(
        f"{row.where}: {row.photograph} may be {shown}; name photographs as the results do, with "
        "their folders, or by a column sha256"
    )
