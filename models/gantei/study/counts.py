"""How many photographs of a study have each finding, and each error, by its code."""

from collections import Counter
from collections.abc import Iterable

from .columns import ERROR_CODE, WARNING_CODES, Row


class FindingCounts:
    """Photographs by code, as their rows have it; a photograph counts once for a code.

    What every row of an estimator says is not counted, as it tells no photograph from another.
    """

    def __init__(self, of_every_row: Iterable[str] = ()) -> None:
        """Begin with none; `of_every_row`: as `sentences_of_every_row` names it."""
        self._of_every_row = frozenset(of_every_row)
        self._codes: Counter[str] = Counter()  # what stands in rows, which is often the same
        self._later: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """Count one photograph."""
        if row[ERROR_CODE] is not None:
            self._errors[row[ERROR_CODE]] += 1
        if (codes := row[WARNING_CODES]) is not None:
            self._codes[codes] += 1

    def add_all(self, codes: Iterable[str | None], errors: Iterable[str | None]) -> None:
        """Count photographs, as their columns of codes have them."""
        self._codes.update(filter(None, codes))
        self._errors.update(filter(None, errors))

    def add_finding(self, code: str, photographs: int) -> None:
        """Count photographs whose rows are to say one more finding."""
        if photographs:
            self._later[code] += photographs

    @property
    def findings(self) -> dict[str, int]:
        """Photographs with a warning of each code, most frequent first."""
        found = Counter(self._later)
        for text, photographs in self._codes.items():
            told = (code for code in text.split() if code not in self._of_every_row)
            for code in {code.rpartition(":")[2] for code in told}:
                found[code] += photographs
        return _most_first(found)

    @property
    def errors(self) -> dict[str, int]:
        """Photographs without values, by the code of what is wrong, most frequent first."""
        return _most_first(self._errors)


def _most_first(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda each: (-each[1], each[0])))
