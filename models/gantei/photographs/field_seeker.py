"""The field of view of a photograph, sought once on each picture that was decoded of it.

The search may go on in an idle thread while the picture is resampled.
"""

from concurrent.futures import CancelledError, Executor, Future, wait
from contextlib import suppress

from PIL import Image

from ..manifests.fields import Decoder
from .field_of_view import Field, averaging_step, find_field

PictureKey = tuple[int, Decoder]
"""The reduction at which a picture was decoded, and whose decoder made it."""


class FieldSeeker:
    """Finds the fields of one photograph, `size` (height, width).

    Attributes:
        found: the field of each picture that was asked for.
        threads: where searches begin as soon as a picture is there; None: when they are asked for.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.found: dict[PictureKey, Field] = {}
        self.threads: Executor | None = None
        self._step = averaging_step(size)
        self._begun: dict[PictureKey, _Search] = {}

    def begin(self, key: PictureKey, image: Image.Image) -> None:
        """Begin to seek the field of a picture, where there are threads for it."""
        if self.threads and key not in self.found and key not in self._begun:
            with suppress(RuntimeError):  # they end just now
                self._begun[key] = _Search(image, self._step_at(key), self.threads)

    def field(self, key: PictureKey, image: Image.Image) -> Field:
        """The field of a picture.

        Raises:
            PhotographError: the picture is black.
        """
        if key not in self.found:
            begun = self._begun.pop(key, None)
            field = begun.result() if begun else None
            self.found[key] = field or find_field(image, self._step_at(key))
        return self.found[key]

    def drop(self) -> None:
        """Let go of the pictures of searches that nobody has asked for."""
        while self._begun:
            self._begun.popitem()[1].drop()

    def _step_at(self, key: PictureKey) -> int:
        return max(self._step // key[0], 1)


class _Search:
    """A search that begins when a thread is free; it keeps the picture no longer than that."""

    def __init__(self, image: Image.Image, step: int, threads: Executor) -> None:
        self._wanted: tuple[Image.Image, int] | None = image, step
        self._future: Future[Field] = threads.submit(self._find)

    def _find(self) -> Field:
        wanted, self._wanted = self._wanted, None
        if wanted is None:  # an executor keeps what it has queued, cancelled or not
            raise CancelledError
        return find_field(*wanted)

    def drop(self) -> None:
        """Give the search up; one that has begun comes to its end first, and keeps its picture."""
        if self._future.cancel():
            self._wanted = None
        else:
            wait([self._future])

    def result(self) -> Field | None:
        """Wait for what it finds; None where it has not begun yet, and never will."""
        self.drop()
        return None if self._future.cancelled() else self._future.result()
