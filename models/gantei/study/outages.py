"""A store that answers no more ends the run, which then gives no error to all that is left."""

from ..errors import TransferError
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph
from ..photographs.stored_photograph import StoredPhotograph

MOST_IN_A_ROW = 20
"""Photographs: by then it is the network, the server or credentials that have expired."""
OUTAGES = frozenset(
    ("stored-silent", "stored-slow", "stored-status", "stored-unreachable",
     "stored-without-credentials")
)  # fmt: skip
"""What a store says, or does not say, of any photograph while it cannot be asked."""


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
            raise TransferError(
                f"{listed.source.place.address}: {MOST_IN_A_ROW} photographs in a row could not be "
                f"read, the last because {error.worded(source='')}; what is finished is kept, run "
                "the same command again later"
            )
