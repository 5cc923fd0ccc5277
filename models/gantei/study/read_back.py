"""Rows of an anonymous table with the names that its key has for their identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError
from .key_file import LENGTH, LETTERS, names_by_identifier
from .photograph_tables import PhotographRow, PhotographTable

_BEGINNING = "photograph-"


def read_back(table: PhotographTable, key: Path | None) -> PhotographTable:
    """Put names in the place of the identifiers of photographs and persons.

    Pseudonyms of persons in DICOM files are left out: no key has their names, and the files tell
    them again.

    Args:
        table: any; one without identifiers is given back as it is.
        key: of the anonymous study; None: none was named.

    Raises:
        OutputError: identifiers stand in it, and no key was named, or one that lacks them.
    """
    if not any(is_identifier(row.photograph) for row in table.rows):
        return table
    names = names_by_identifier(key) if key is not None else {}
    person_from = table.columns.index("person_from") if "person_from" in table.columns else None
    return replace(table, rows=tuple(_row(row, names, key, person_from) for row in table.rows))


def is_identifier(name: str) -> bool:
    """Whether a name is the identifier of a photograph of an anonymous study."""
    letters = name.removeprefix(_BEGINNING)
    return letters != name and len(letters) == LENGTH and set(letters) <= set(LETTERS)


def check_found(rows: Sequence[PhotographRow], paths: Sequence[str], root: Path | None) -> None:
    """Refuse rows that were read back where none of them leads to a file.

    Raises:
        OutputError: it says how the folder is named.
    """
    if any(Path(path).exists() for path in paths):
        return
    where = "here, or in the folder of the list" if root is None else f"in --root {root}"
    raise OutputError(
        f"{rows[0].where.partition(',')[0]}: none of its photographs is {where}; name by --root "
        "the folder that the anonymous study was given"
    )


def _row(
    row: PhotographRow, names: Mapping[str, str], key: Path | None, person_from: int | None
) -> PhotographRow:
    if not is_identifier(row.photograph):
        return row
    if key is None:
        raise OutputError(
            f"{row.where}: {row.photograph} is an identifier of an anonymous study; name its key "
            "by --anonymous, and by --root the folder of the photographs"
        )
    if row.photograph not in names:
        raise OutputError(
            f"{row.where}: {key} has no {row.photograph}; name the key that the table was made with"
        )
    by_dicom = person_from is not None and row.cells[person_from] == "DICOM"
    person = None if by_dicom or row.person is None else names.get(row.person, row.person)
    return replace(row, photograph=names[row.photograph], person=person)
