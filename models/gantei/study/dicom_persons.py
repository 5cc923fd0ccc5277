"""Persons of a study as DICOM files name them: pseudonyms by a key of the study's own."""

import secrets
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError
from ..photographs.dicom.patient import patient_pseudonym
from ..photographs.listing import StudyPhotograph
from ..photographs.persons import KnownPerson
from ..system.files import atomic_write, read_bounded

_LENGTH = 32


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

    def told(self, listed: StudyPhotograph) -> StudyPhotograph:
        """Give the photograph with its person, where its file names one and nobody else does.

        Raises:
            OutputError: the key cannot be read or written.
        """
        if listed.person is not None:
            return listed
        key = listed.secret or self._kept or self._trial
        pseudonym = patient_pseudonym(listed.path, key)
        if pseudonym is not None and listed.secret is None and self._kept is None:
            self._kept = self._read_or_made()
            pseudonym = patient_pseudonym(listed.path, self._kept)
        if pseudonym is None:
            return listed
        return replace(listed, person=KnownPerson(pseudonym, "DICOM"))

    def _read_or_made(self) -> bytes:
        if self._path is None:
            return self._trial
        if self._path.exists():
            key = read_bounded(self._path, 2 * _LENGTH + 1, OutputError).strip()
            try:
                return bytes.fromhex(key.decode("ascii"))
            except ValueError as error:
                raise OutputError(
                    f"{self._path}: is no key of pseudonyms; move it away, and persons in DICOM "
                    "files get new ones"
                ) from error
        with atomic_write(self._path, mode=0o600) as file:
            file.write(self._trial.hex().encode() + b"\n")
        return self._trial
