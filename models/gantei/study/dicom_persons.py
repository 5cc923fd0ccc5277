"""Persons of a study as DICOM files name them: pseudonyms by a key of the study's own."""

import os
import secrets
import stat
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError
from ..photographs.dicom.dicom_picture import FORMAT
from ..photographs.dicom.patient import patient_pseudonym
from ..photographs.listing import StudyPhotograph
from ..photographs.persons import KnownPerson
from ..system.files import atomic_write, read_bounded

_LENGTH = 32
_LARGEST = 1024  # bytes of the file


class DicomPersons:
    """Who the persons of a study's DICOM files are, where nothing else tells it.

    The key is made for the first of them, and stays in a file that its owner alone can read; the
    same study gives the same pseudonyms again. Without a place for the file, the key is forgotten.
    In an anonymous study the secret of its key is the key.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
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
        pseudonym = patient_pseudonym(listed.path, key)
        if pseudonym is not None and listed.secret is None and self._kept is None:
            self._kept = self._read_or_made()
            pseudonym = patient_pseudonym(listed.path, self._kept)
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

    def _read_or_made(self) -> bytes:
        if self._path is None:
            return self._trial
        if self._path.exists():
            return _read(self._path)
        with atomic_write(self._path, mode=0o600) as file:
            file.write(self._trial.hex().encode() + b"\n")
        return self._trial


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
