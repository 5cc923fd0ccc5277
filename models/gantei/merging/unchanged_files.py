"""Files that are read more than once, and have to be the same each time."""

from collections.abc import Iterable
from pathlib import Path

from ..errors import OutputError
from ..system.files import file_state


class UnchangedFiles:
    """What files are before they are read, so that one that changes meanwhile is noticed."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Look the files up; one may be missing, and has to stay so."""
        self._before = {path: _state(path) for path in paths}

    def check(self) -> None:
        """See that each is what it was.

        Raises:
            OutputError: one is not.
        """
        for path, before in self._before.items():
            if _state(path) != before:
                raise OutputError(
                    f"{path}: was changed while it was read; say the command again once nothing "
                    "writes it"
                )


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        return file_state(path.stat())
    except OSError:
        return None
