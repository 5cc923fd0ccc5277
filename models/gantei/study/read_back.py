"""Rows of an anonymous table with the names that its key has for their identifiers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError
from .key_file import LENGTH, LETTERS, names_by_identifier
from .photograph_tables import PhotographRow, PhotographTable

_BEGINNING = "photograph-"


def read_back(table: PhotographTable, key: Path | None) -> PhotographTable:
    """Put names in the place of the identifiers of photographs and persons, while rows are read.

    Pseudonyms of persons in DICOM files are left out: no key has their names, and the files tell
    them again.

    Args:
        table: any; rows without identifiers stay as they are.
        key: of the anonymous study; None: none was named.

    Raises:
        OutputError: while rows are read: identifiers stand in it, and no key was named, or one that
            lacks them.
    """
    return replace(table, rows=_rows(table, key))


def _rows(table: PhotographTable, key: Path | None) -> Iterator[PhotographRow]:
    names: Mapping[str, str] | None = None
    person_from = table.columns.index("person_from") if "person_from" in table.columns else None
    for row in table.rows:
        if not is_identifier(row.photograph):
            yield row
            continue
        if names is None:
            names = names_by_identifier(key) if key is not None else {}
        yield _row(row, names, key, person_from)


def is_identifier(name: str) -> bool:
    """Whether a name is the identifier of a photograph of an anonymous study."""
    letters = name.removeprefix(_BEGINNING)
    return letters != name and len(letters) == LENGTH and set(letters) <= set(LETTERS)


def _row(
    row: PhotographRow, names: Mapping[str, str], key: Path | None, person_from: int | None
) -> PhotographRow:
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
    return replace(row, photograph=names[row.photograph], person=person, is_read_back=True)
