"""What the photographs of each person come to over all shards, with memory that stays flat."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ..study.columns import ERROR, Row
from ..study.leading_columns import EYE, LISTED, PERSON, SHA256
from ..study.persons_table import PersonValues, person_rows
from .spill import Spill


class MergedPersons:
    """The rows of a whole table by person: first add all rows in its order, then take `rows`."""

    def __init__(self, values: PersonValues, spill: Callable[[], Spill]) -> None:
        """Begin with none; `spill` makes a place for records on disk."""
        self._places = values.places
        # What is kept of a row is a row without further columns.
        narrow = range(LISTED, LISTED + len(values.places))
        self._values = replace(values, places=narrow)
        self._photographs = spill()
        self._persons = spill()

    def add(self, row: Row) -> None:
        """Note a row."""
        person = row[PERSON]
        if person is not None:
            values = [row[place] for place in self._places]
            kept = (None, row[SHA256], person, None, row[EYE], None, *values, row[ERROR], None)
            self._photographs.add(self._photographs.part_of(person), kept)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows of the table of persons; see `person_rows`."""
        for part, photographs in enumerate(self._photographs.parts()):
            for person in person_rows(photographs, self._values):
                self._persons.add(part, tuple(person))
        yield from self._persons.merged()
