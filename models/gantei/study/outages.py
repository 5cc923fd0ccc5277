"""A store that answers no more ends the run, which then gives no error to all that is left."""

from ..errors import PhotographError, TransferError
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph
from ..photographs.photograph_source import PhotographDigest
from ..photographs.stored_photograph import Place, StoredPhotograph

MOST_IN_A_ROW = 20
"""Photographs: by then it is the network, the server or credentials that have expired."""
OUTAGES = frozenset(
    ("stored-silent", "stored-slow", "stored-status", "stored-unreachable",
     "stored-without-credentials")
)  # fmt: skip
"""What a store says, or does not say, of any photograph while it cannot be asked."""
_UNTOLD = OUTAGES | {
    "stored-cut-off",
    "stored-elsewhere",
    "stored-in-other-region",
    "stored-refused",
}
"""What it says of a photograph that may have changed since it was read, or may not."""


class Outages:
    """Counts the photographs, one after the other, that their server did not give."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def see(self, listed: StudyPhotograph, result: PhotographResult) -> None:
        """Take the result of the next photograph.

        Raises:
            TransferError: it is the last of `MOST_IN_A_ROW` that were not given.
        """
        error = result.error
        if error is None or error.code not in OUTAGES:
            self._in_a_row = 0
            return
        self._in_a_row += 1
        if self._in_a_row == MOST_IN_A_ROW and isinstance(listed.source, StoredPhotograph):
            why = error.worded(source="")
            raise _asked_later(
                listed.source.place,
                f"{MOST_IN_A_ROW} photographs in a row could not be read, the last because {why}",
            )


def check_asked(place: Place, error: PhotographError) -> None:
    """Stop where a place cannot be asked for anything now.

    Raises:
        TransferError: the error is one of those that every photograph has meanwhile.
    """
    if error.code in OUTAGES:
        raise _asked_later(place, error.worded(source="")) from error


def check_told(listed: StudyPhotograph, found: PhotographDigest) -> None:
    """Stop where nobody can tell whether a photograph that was read before has changed.

    Raises:
        TransferError: its place did not give it, for a reason that says nothing of it.
    """
    source, error = listed.source, found.error
    if isinstance(source, StoredPhotograph) and error is not None and is_untold(found):
        why = error.worded(source="")
        raise _asked_later(
            source.place, f"whether {listed.name} has changed is not known: {why}"
        ) from error


def is_untold(found: PhotographDigest) -> bool:
    """Whether a photograph may have the same bytes as before, or others, or be gone."""
    return found.error is not None and found.error.code in _UNTOLD


def _asked_later(place: Place, what: str) -> TransferError:
    return TransferError(
        f"{place.address}: {what}; what is finished is kept, run the same command again later"
    )
