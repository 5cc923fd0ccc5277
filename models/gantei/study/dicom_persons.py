"""Persons of a study as DICOM files name them: pseudonyms by a key of the study's own."""

import hashlib
import os
import secrets
import stat
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError
from ..photographs.dicom.dicom_picture import FORMAT
from ..photographs.dicom.patient import patient_pseudonym
from ..photographs.dicom.recognition import SUFFIXES
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.persons import KnownPerson
from ..system.files import atomic_write, exclusive_lock, read_bounded, remove_partial_files

_LENGTH = 32
_LARGEST = 1024  # bytes of the file
_PATIENCE = 60.0  # seconds to wait for another shard that makes the key
NEEDS_KEY = (
    "--shard: all shards need the same key for the persons in DICOM files: name one file for it by "
    "--dicom-key, the same in all; whichever comes first makes it"
)


class DicomPersons:
    """Who the persons of a study's DICOM files are, where nothing else tells it.

    The key is made for the first of them, and stays in a file that its owner alone can read; the
    same study gives the same pseudonyms again. Without a place for the file, the key is forgotten,
    or, with `shared`, refused. In an anonymous study the secret of its key is the key.
    """

    def __init__(self, path: Path | None, *, shared: bool = False) -> None:
        self._path = path
        self._shared = shared
        self._kept: bytes | None = None
        self._trial = secrets.token_bytes(_LENGTH)

    def told(self, listed: StudyPhotograph, format: str | None = None) -> StudyPhotograph:
        """Give the photograph with its person, where its file names one and nobody else does.

        `format`: of its file, where it has been opened; None: not known.

        Raises:
            OutputError: the key cannot be read or written, is none, or others can read it.
        """
        if listed.person is not None or format not in (None, FORMAT):
            return listed
        key = next(each for each in (listed.secret, self._kept, self._trial) if each is not None)
        pseudonym = patient_pseudonym(listed.source, key)
        if pseudonym is not None and listed.secret is None and self._kept is None:
            self._kept = self._read_or_made()
            pseudonym = patient_pseudonym(listed.source, self._kept)
        if pseudonym is None:
            return listed
        return replace(listed, person=KnownPerson(pseudonym, "DICOM"))

    def key(self) -> bytes | None:
        """The key of pseudonyms, where one has been made.

        Raises:
            OutputError: as `told`.
        """
        if self._kept is None and self._path is not None and self._path.exists():
            self._kept = _read(self._path)
        return self._kept

    @property
    def key_sha256(self) -> str | None:
        """Digest of the key in the file, as far as a person needed it."""
        return None if self._kept is None else hashlib.sha256(self._kept).hexdigest()

    def _read_or_made(self) -> bytes:
        if self._path is None:
            if self._shared:
                raise OutputError(NEEDS_KEY)
            return self._trial
        if self._path.exists():
            return _read(self._path)
        busy = f"another process is writing {self._path.name}; wait for it"
        with exclusive_lock(self._path.with_name(f".{self._path.name}.lock"), _PATIENCE, busy):
            if self._path.exists():  # another shard was faster
                return _read(self._path)
            remove_partial_files([self._path])
            with atomic_write(self._path, mode=0o600) as file:
                file.write(self._trial.hex().encode() + b"\n")
        return self._trial


def is_other_key(path: Path, sha256: str) -> bool:
    """Whether the key at `path` is not the one of this digest, or not there.

    Raises:
        OutputError: it is none, or others can read it.
    """
    return not path.exists() or hashlib.sha256(_read(path)).hexdigest() != sha256


def may_name_persons(listing: PhotographList) -> bool:
    """Whether some are DICOM by their endings, and of a person whom nothing else tells."""
    return not listing.anonymous and any(
        listing.photographs[place].person is None
        for place, name in enumerate(listing.names())
        if name.lower().endswith(SUFFIXES)
    )


def _read(path: Path) -> bytes:
    file = path.stat()
    content = b""
    if stat.S_ISREG(file.st_mode):
        content = read_bounded(path, _LARGEST, OutputError).strip()
    try:
        key = bytes.fromhex(content.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _LENGTH:
        raise OutputError(
            f"{path}: is no key of pseudonyms, which has {2 * _LENGTH} hexadecimal digits; move it "
            "away, and persons in DICOM files get new ones"
        )
    if os.name == "posix" and stat.S_IMODE(file.st_mode) & 0o077:
        raise OutputError(f"{path}: others can read this key; keep it from them: chmod 600 {path}")
    return key
