"""What the finished rows of a run come to, gathered as they come, so that none is read again."""

from .columns import Row, sentences_of_every_row
from .counts import FindingCounts
from .definition import PhotographsDigest, Study
from .file_stamps import StampsDigest
from .leading_columns import LISTED, PERSON, PERSON_FROM, SHA256
from .listed_photographs import ToldDigest
from .run_summary import Summary
from .same_files import SameFiles


class FinishedRows:
    """The rows of a run, in the table's order; what it says is of those that were added so far.

    `count` of them; `same_files` has their digests, but in a shard, which does not have all files.
    """

    def __init__(self, study: Study) -> None:
        """Begin with none of the study's rows."""
        self.count = 0
        self.same_files = SameFiles(study.listing.photographs) if study.shard is None else None
        self._listed = slice(LISTED, LISTED + len(study.listing.columns))
        self._told = ToldDigest()
        self._findings = FindingCounts(sentences_of_every_row(study.estimators))
        self._photographs, self._stamps = PhotographsDigest(), StampsDigest()

    def keep(self, row: Row, stamp: str | None) -> None:
        """Take a row that was finished before; see `add`."""
        if self.same_files is not None:
            self.same_files.note(row[SHA256])
        self.add(row, stamp)

    def add(self, row: Row, stamp: str | None) -> None:
        """Take a row, which `with_same_files` has seen, and its photograph's stamp, if known."""
        name, sha256 = row[:2]
        self.count += 1
        self._told.add(name, row[PERSON], row[PERSON_FROM], row[self._listed])
        self._findings.add(row)
        self._photographs.add(name, sha256)
        self._stamps.add(name, sha256, stamp)

    def summary(self, resumed: int, seconds: float) -> Summary:
        """Count them; `resumed` and `seconds` as the summary has them."""
        errors = self._findings.errors
        failed = sum(errors.values())
        return Summary(
            self.count, failed, resumed, round(seconds, 3), self._findings.findings, errors
        )

    def photographs_sha256(self) -> str:
        """Digest of their photographs' names and sha256."""
        return self._photographs.hexdigest()

    def told_sha256(self) -> str | None:
        """Digest of what is told of their photographs; see `ToldDigest`."""
        return self._told.hexdigest()

    def stamps_sha256(self) -> str | None:
        """Digest of their photographs' names and stamps; None where a stamp is not known."""
        return self._stamps.hexdigest()
