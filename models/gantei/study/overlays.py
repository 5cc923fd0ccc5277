"""The overlays of a study: a picture a photograph and estimator, in a folder of their own.

Each says in PNG text what it is of, so that one of another run or photograph is not taken for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL.PngImagePlugin import PngInfo

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph
from ..photographs.photograph import open_photograph
from ..photographs.photograph_source import source_name
from ..system.files import atomic_write
from .backends import AnyEstimator
from .columns import ERROR, Row
from .overlay_files import OverlayFiles
from .same_files import SAME_FILE

COMPRESSION = 4
"""zlib's level: measured on a drawn photograph, 57 ms and 481 kB; Pillow's 6: 160 ms, 465 kB."""


@dataclass(frozen=True)
class Overlays:
    """Overlays below `folder`, as `<name in the table>.<estimator>.png`; none of a bad photograph.

    Each appears whole or not at all, and carries `run`, the digest of what its colours depend on
    beside the photograph.
    """

    folder: Path
    estimators: Sequence[AnyEstimator]
    allow_grey: bool
    run: str

    @property
    def files(self) -> OverlayFiles:
        """Where they are."""
        return OverlayFiles(self.folder, [each.name for each in self.estimators], self.run)

    def check_folder(self) -> None:
        """Refuse a folder that cannot be made by itself.

        Raises:
            OutputError: its parent is missing, a file has its name, or it cannot be looked up.
        """
        try:
            fits = self.folder.is_dir() or (
                self.folder.parent.is_dir() and not self.folder.exists()
            )
        except OSError as error:
            raise OutputError(
                f"{self.folder}: cannot be made: {error.strerror}; choose another name for --maps"
            ) from error
        if not fits:
            raise OutputError(f"{self.folder}: cannot be made: name a folder in one that exists")

    def check(self, names: Iterable[str]) -> None:
        """Refuse to replace what is there; see `Extras.check`."""
        for name in names:
            if taken := next((path for path in self.files.paths(name) if path.exists()), None):
                raise OutputError(
                    f"{taken} exists; choose another --maps, or replace what is there with "
                    "--overwrite"
                )

    def hold(self, row: Row) -> bool:
        """Whether the overlays of a row of the journal are there."""
        return row[ERROR] is not None or self.files.are_there(row[0], row[1])

    def add(self, listed: StudyPhotograph, result: PhotographResult) -> None:
        """Draw one photograph's overlays.

        Raises:
            OutputError: they cannot be written.
            PhotographError: the photograph is not the one that was estimated any more.
        """
        from ..explanations.overlay import draw_overlay

        if result.error is not None:
            for path in self.files.paths(
                listed.name
            ):  # of an earlier run, or before it was damaged
                path.unlink(missing_ok=True)
            return
        photograph = open_photograph(listed.source, allow_grey=self.allow_grey)
        if photograph.sha256 != result.sha256:
            raise PhotographError(Finding("changed-photograph"), source_name(listed.source))
        for index, path in enumerate(self.files.paths(listed.name)):
            explanation = result.explanations[index]
            value = result.values[index][explanation.of]
            manifest = self.estimators[index].manifest
            # That another name has the same bytes is a fact of the study, not of the picture.
            warnings = [
                finding.text()
                for finding in result.prediction(index).findings
                if finding.code != SAME_FILE
            ]
            picture = draw_overlay(photograph, explanation, value, manifest, warnings)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{path.parent}: cannot be made: {error.strerror}") from error
            with atomic_write(path) as file:
                text = PngInfo()
                for key, words in self.files.text(listed.shown_sha256(result.sha256)).items():
                    text.add_text(key, words)
                picture.save(file, "PNG", compress_level=COMPRESSION, pnginfo=text)
