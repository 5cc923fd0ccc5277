"""What a site keeps of a federation on its own machine: its mask key, its embeddings, its answers.

`<home>/federations/FEDERATION/KEY/`, which only its user can read. Every answer is noted here
before it may leave, so that no two different answers ever carry the same masks.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from gantei.catalogue import store
from gantei.errors import OutputError
from gantei.manifests.fields import OutputName, Sha256
from gantei.manifests.record import Record
from gantei.signing.json_text import first_break, parsed_json
from gantei.system.files import atomic_write, exclusive_lock, read_bounded

from .federation_errors import FederationError
from .federation_files import canonical_json
from .message_records import AttemptNumber, FederationId, PublicPoint, RoundNumber, SiteAnswer

STATE_FILE = "site.json"
EMBEDDINGS_FILE = "embeddings.npy"
ANSWER_FOLDER = "answer"
LARGEST_STATE = 100_000
LARGEST_EMBEDDINGS = 1 << 33
"""Bytes: 100,000 photographs with 2,560 numbers take 2 GB."""
LONGEST_ANSWER = 60.0
"""Seconds to wait for another process that answers for the same site."""
_OWNER_ONLY = 0o600


class AnsweredRound(Record):
    """The round that a site answered last.

    Attributes:
        round, attempt: its numbers.
        to: the digest of its message.
        previous: the digest of the message before, which that one names; None in round 0.
        asked: the digest of what it asked, whichever attempt it was.
        answer: the digest of the answer.
        join: the digest of the answer to round 0.
    """

    round: RoundNumber
    attempt: AttemptNumber
    to: Sha256
    previous: Sha256 | None
    asked: Sha256
    answer: Sha256
    join: Sha256


class SiteState(Record):
    """What a site remembers of a federation.

    Attributes:
        federation: which one.
        plan: the digest of its plan.
        private_mask_key: from which its masks come; it never leaves.
        output: what is learnt.
        data: the digest of its photographs and labels; it never leaves either.
        learnt: the digest of the photographs whose embeddings are summed; None: of an evaluation.
        roster: the answers to round 0 of all who take part, this site's among them: the digest of
            each by the id of its key; empty until a round has said so.
        although_again: whether the site said that its photographs may take part once more.
        last: the round that it answered last.
    """

    federation: FederationId
    plan: Sha256
    private_mask_key: PublicPoint
    output: OutputName
    data: Sha256
    learnt: Sha256 | None = None
    roster: dict[Sha256, Sha256] = Field(default={})
    although_again: bool = False
    last: AnsweredRound | None = None


def federations_folder() -> Path:
    """Folder of all that this machine keeps of federations."""
    return store.home() / "federations"


def site_folder(federation: str, key: str) -> Path:
    """Folder of a site's state; `key` is the id of its signing key."""
    return federations_folder() / federation / key[:16]


def private_folder(folder: Path) -> Path:
    """Make a folder that only its user can read, with those above it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in (folder, folder.parent):
            each.chmod(0o700)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}") from error
    return folder


@contextmanager
def site_at_work(folder: Path) -> Iterator[None]:
    """Keep other processes from answering for the same site at the same time.

    Raises:
        OutputError: another one does, or the folder cannot be written.
    """
    private_folder(folder)
    busy = f"another process is answering for this site in {folder}; try again"
    with exclusive_lock(folder / ".lock", LONGEST_ANSWER, busy):
        for left in folder.glob(f".{ANSWER_FOLDER}-*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        yield


def read_state(folder: Path) -> SiteState | None:
    """Read a site's state; None where it has not joined.

    Raises:
        FederationError: it cannot be read, or was altered.
    """
    file = folder / STATE_FILE
    if not os.path.lexists(file):
        return None
    text = read_bounded(file, LARGEST_STATE, FederationError)
    try:
        parsed_json(text)
        return SiteState.model_validate_json(text)
    except (ValidationError, ValueError) as error:
        why = first_break(error) if isinstance(error, ValidationError) else error
        raise FederationError(
            f"{file}: cannot be understood: {why}. Without it this site cannot go on; the "
            "coordinator has to start another federation"
        ) from error


def write_state(folder: Path, state: SiteState) -> None:
    """Write a site's state, for its user alone.

    Raises:
        OutputError: it cannot be written.
    """
    with atomic_write(folder / STATE_FILE, mode=_OWNER_ONLY) as file:
        file.write(canonical_json(state))


def answer_folder(folder: Path, record: AnsweredRound | SiteAnswer) -> Path:
    """Where the answer to a round is kept, so that it is given again byte for byte."""
    return folder / f"{ANSWER_FOLDER}-{record.round}-{record.attempt}"


def remove_other_answers(folder: Path, kept: Path) -> None:
    """Remove the answers to rounds before; whoever needs one has it."""
    for each in folder.glob(f"{ANSWER_FOLDER}-*"):
        if each != kept:
            shutil.rmtree(each, ignore_errors=True)


def keep_embeddings(folder: Path, embeddings: NDArray[np.float64]) -> None:
    """Keep the embeddings of a site's photographs, so that they are computed once.

    Raises:
        OutputError: they cannot be written.
    """
    with atomic_write(folder / EMBEDDINGS_FILE, mode=_OWNER_ONLY) as file:
        np.save(file, embeddings, allow_pickle=False)


def kept_embeddings(folder: Path, rows: int) -> NDArray[np.float64] | None:
    """Give the embeddings that were kept: float64 (rows, width); None where there are none.

    A row of NaN is that of a photograph that could not be read.
    """
    file = folder / EMBEDDINGS_FILE
    try:
        if file.stat().st_size > LARGEST_EMBEDDINGS:
            return None
        found: NDArray[Any] = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = found.ndim == 2 and len(found) == rows and found.dtype == np.float64
    return found if fits else None
