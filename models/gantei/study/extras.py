"""What a study writes beside its table, in step with it: measures, overlays, embeddings."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ..explanations.explanation import ExplanationKind
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph
from .backends import AnyEstimator
from .columns import Row
from .embeddings import Embeddings
from .measures_file import MeasuresFile
from .overlays import Overlays


class Extras:
    """The measures of one run, and its overlays and embeddings, as far as they were asked for.

    Those of a photograph are written before its row goes into the journal, so that a row of the
    journal stands for all of them.
    """

    def __init__(
        self,
        estimators: Sequence[AnyEstimator],
        maps: Path | None,
        embeddings: tuple[Path, Path] | None,
        measures: MeasuresFile,
        *,
        allow_grey: bool,
        run: str,
    ) -> None:
        """Prepare to draw into `maps`, and to write `embeddings`: the file, and where meanwhile.

        `measures` are written in any case. `run` is the digest of the run that they are of.

        Raises:
            ExplanationError: an estimator has no map, or no embedding.
            OutputError, MissingExtraError: as `Embeddings` and `Overlays.check_folder`.
        """
        self._overlays = self._embeddings = None
        self._measures = measures
        if maps is not None:
            for each in estimators:
                each.require_map()
            self._overlays = Overlays(maps, estimators, allow_grey, run)
            self._overlays.check_folder()
        if embeddings is not None:
            (estimator,) = estimators
            self._embeddings = Embeddings(*embeddings, estimator.embedding_width())

    @property
    def explain(self) -> ExplanationKind | None:
        """What the networks have to give beside their answers."""
        if self._overlays:
            return "map"
        return "embedding" if self._embeddings else None

    def check(self, names: Iterable[str]) -> None:
        """Refuse to replace files that were there before the run began.

        Raises:
            OutputError: there is one.
        """
        if self._overlays:
            self._overlays.check(names)
        if self._embeddings:
            self._embeddings.check()

    def hold(self, number: int, row: Row) -> bool:
        """Whether what belongs to this row of the journal is there."""
        drawn = self._overlays is None or self._overlays.hold(row)
        embedded = self._embeddings is None or self._embeddings.hold(number)
        return drawn and embedded and self._measures.hold(number)

    def keep(self, count: int) -> None:
        """Go on after the first `count` photographs."""
        self._measures.keep(count)
        if self._embeddings:
            self._embeddings.keep(count)

    def add(self, listed: StudyPhotograph, result: PhotographResult) -> None:
        """Write what belongs to one photograph."""
        self._measures.add(result)
        if self._overlays:
            self._overlays.add(listed, result)
        if self._embeddings:
            self._embeddings.add(result)

    def publish(self, rows: Callable[[], Iterable[Row]]) -> None:
        """Write what stands under its name only when the run is whole.

        `rows` gives those of the journal, anew for each file, so that none of them is kept.
        """
        self._measures.publish(rows())
        if self._embeddings:
            self._embeddings.publish(rows())

    def proofs(self, photographs: Iterable[tuple[str, str | None]]) -> dict[str, Any]:
        """What the run manifest says of them, told from what is there now.

        Args:
            photographs: the name and sha256 of each.
        """
        found: dict[str, Any] = {"photographs": self._measures.proof()}
        if self._overlays:
            found["maps"] = {"pictures": self._overlays.files.count(photographs)}
        if self._embeddings:
            found["embeddings"] = self._embeddings.proof()
        return found

    def close(self) -> None:
        """Close what is open."""
        self._measures.close()
        if self._embeddings:
            self._embeddings.close()
