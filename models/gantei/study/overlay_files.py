"""Where the overlays of a study are, and whether one is of a run and a photograph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PNG = b"\x89PNG\r\n\x1a\n"
_HEAD = 512
"""Bytes of a picture in which Pillow has written what it is of: 33 of size and mode, then texts."""


@dataclass(frozen=True)
class OverlayFiles:
    """Pictures below `folder`, as `<name in the table>.<estimator>.png`.

    `run` is the digest of what their colours depend on beside the photograph.
    """

    folder: Path
    estimators: Sequence[str]
    run: str

    def paths(self, name: str) -> list[Path]:
        """Where the pictures of a photograph are, in the order of the estimators."""
        return [self.folder / f"{name}.{each}.png" for each in self.estimators]

    def text(self, sha256: str | None) -> dict[str, str]:
        """What the PNG text of a photograph's pictures says."""
        return {"gantei-run": self.run, "photograph-sha256": str(sha256)}

    def are_there(self, name: str, sha256: str | None) -> bool:
        """Whether all pictures of a photograph are there, of this run."""
        return all(self._is_of(path, sha256) for path in self.paths(name))

    def count(self, photographs: Iterable[tuple[str, str | None]]) -> int:
        """Count the pictures that are there of this run and these photographs: name, sha256."""
        return sum(
            self._is_of(path, sha256) for name, sha256 in photographs for path in self.paths(name)
        )

    def _is_of(self, path: Path, sha256: str | None) -> bool:
        # Its first bytes alone: Pillow takes four times as long, for a million pictures 40 s.
        try:
            with path.open("rb", buffering=0) as file:
                head = file.read(_HEAD)
        except (OSError, ValueError):  # no file can have this name
            return False
        said = (f"tEXt{key}\0{words}".encode() for key, words in self.text(sha256).items())
        return head.startswith(_PNG) and all(each in head for each in said)
