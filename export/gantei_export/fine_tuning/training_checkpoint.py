"""The state of a training after each epoch, in one file, so that a killed run goes on from it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.catalogue.kept_trainings import training_file, training_lock
from gantei.errors import OutputError
from gantei.system.files import atomic_write, ensure_folder, exclusive_lock, remove_partial_files

PATIENCE = 5.0
_FORMAT = 1
_GROUPS = ("weights", "best", "optimiser")


@dataclass(frozen=True, slots=True)
class EpochLosses:
    """What an epoch came to; epoch 0 is the new head on the network as it was.

    Attributes:
        epoch: its number.
        training: mean loss of the photographs that were learnt from, each before its step; None
            of epoch 0.
        kept_aside: mean loss of the people kept aside, after the epoch.
    """

    epoch: int
    training: float | None
    kept_aside: float


@dataclass(frozen=True)
class TrainingState:
    """Where a training stands after an epoch.

    Attributes:
        history: the losses of every epoch so far.
        weights: of the network now.
        best: of the network after its best epoch.
        optimiser: its state.
    """

    history: tuple[EpochLosses, ...]
    weights: Sequence[NDArray[np.float32]]
    best: Sequence[NDArray[np.float32]]
    optimiser: Sequence[NDArray[Any]]


class TrainingCheckpoint:
    """The file of one training, named by a digest of its photographs, labels and settings.

    It holds numbers only: no name, no label, no photograph. Its owner alone reads it.
    """

    def __init__(self, path: Path, digest: str) -> None:
        self.path, self._digest = path, digest

    def load(self) -> TrainingState | None:
        """Read the state that was saved last; None where there is none.

        Raises:
            OutputError: the file cannot be read.
        """
        if not self.path.is_file():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                told = json.loads(stored["told"].tobytes())
                _check(told, self._digest)
                groups = [
                    [stored[f"{group}{number}"] for number in range(told["counts"][group])]
                    for group in _GROUPS
                ]
            return TrainingState(tuple(EpochLosses(**one) for one in told["history"]), *groups)
        except (OSError, KeyError, TypeError, ValueError, EOFError) as error:
            raise OutputError(
                f"{self.path}: is no checkpoint of this training ({error}); delete it"
            ) from error

    def save(self, state: TrainingState) -> None:
        """Write a state; the one before is there until this one is whole.

        Raises:
            OutputError: it cannot be written.
        """
        groups = dict(zip(_GROUPS, (state.weights, state.best, state.optimiser), strict=True))
        told = {
            "format": _FORMAT,
            "digest": self._digest,
            "history": [asdict(one) for one in state.history],
            "counts": {group: len(arrays) for group, arrays in groups.items()},
        }
        arrays: dict[str, Any] = {
            f"{group}{number}": array
            for group, held in groups.items()
            for number, array in enumerate(held)
        }
        text = np.frombuffer(json.dumps(told).encode(), np.uint8)
        with atomic_write(self.path, mode=0o600) as file:
            np.savez(file, told=text, **arrays)

    def remove(self) -> None:
        """Delete the file."""
        with suppress(FileNotFoundError):
            self.path.unlink()


def _check(told: Mapping[str, Any], digest: str) -> None:
    if (told["format"], told["digest"]) != (_FORMAT, digest):
        raise ValueError("of another training")


@contextmanager
def checkpoint(digest: str, name: str) -> Iterator[TrainingCheckpoint]:
    """Give the checkpoint of a training, which no other process has at the same time.

    Args:
        digest: of everything that the trained network depends on, in hex.
        name: of the estimator that is to be made, by which a user finds it again.

    Raises:
        OutputError: another process is training the same, or the folder cannot be written.
    """
    path = training_file(name, digest)
    ensure_folder(path.parent)
    busy = "another process is training the same network on the same photographs; wait for it"
    with exclusive_lock(training_lock(path), PATIENCE, busy):
        remove_partial_files([path])
        yield TrainingCheckpoint(path, digest)
