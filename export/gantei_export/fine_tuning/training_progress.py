"""What a training says while it lasts."""

from typing import Any, Protocol

from gantei.terminal.progress import progress

from .training_checkpoint import EpochLosses


class TrainingProgress(Protocol):
    """Hears how far a training is."""

    def begin(self, what: str, photographs: int) -> None:
        """Work on so many photographs begins: `preparing`, `training`."""

    def advance(self, photographs: int) -> None:
        """So many more are done."""

    def trial(self, number: int, trials: int) -> None:
        """Training in one more division of the people begins, of so many."""

    def epoch(self, losses: EpochLosses, most: int) -> None:
        """An epoch of at most so many has ended."""

    def end(self) -> None:
        """The work has ended."""


class Silence:
    """Says nothing."""

    def begin(self, what: str, photographs: int) -> None:
        """Say nothing."""

    def advance(self, photographs: int) -> None:
        """Say nothing."""

    def trial(self, number: int, trials: int) -> None:
        """Say nothing."""

    def epoch(self, losses: EpochLosses, most: int) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


class TerminalProgress:
    """A bar on a terminal: the epoch, both losses, and the time left if no epoch is left out."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._trial = ""

    def begin(self, what: str, photographs: int) -> None:
        """Begin a bar."""
        self.end()
        self._bar = progress(photographs, "photograph", what)

    def advance(self, photographs: int) -> None:
        """Move the bar."""
        self._bar.update(photographs)

    def trial(self, number: int, trials: int) -> None:
        """Say the trial from now on, if there are several."""
        self._trial = f"trial {number} of {trials}, " if trials > 1 else ""

    def epoch(self, losses: EpochLosses, most: int) -> None:
        """Say the losses before the bar."""
        self._bar.set_description(self._trial + self.losses_in_words(losses, most))

    def losses_in_words(self, losses: EpochLosses, most: int) -> str:
        """Say the epoch and its losses."""
        trained = "" if losses.training is None else f"training loss {losses.training:.4f}, "
        return (
            f"epoch {losses.epoch} of at most {most}: {trained}"
            f"validation loss {losses.kept_aside:.4f}"
        )

    def end(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
