"""Columns of a study's table that a user asks for, with what DICOM files say beside the picture.

They may identify people, so they stand in the table alone: not in the run manifest, nor in the
journal, for which reason they are read from the files when the table is written.
"""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import PhotographError, SettingError
from ..photographs.dicom.dicom_picture import is_installed
from ..photographs.dicom.recognition import is_dicom
from ..photographs.listing import StudyPhotograph
from ..photographs.photograph_source import read_encoded
from ..system.helper_pool import HelperEndedError, JobFailedError, run_apart
from .leading_columns import Column

_JOB = "gantei.photographs.dicom.attributes:values"
_SECONDS, _MEMORY = 5.0, 256 * 2**20
_NO_TEXT = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UN", "OB or OW", "US or OW"})
_HARMLESS_KINDS = frozenset({"AS", "CS", "DS", "FD", "FL", "IS", "SL", "SS", "UL", "US", "AT"})
_HARMLESS = frozenset({"Manufacturer", "ManufacturerModelName", "SoftwareVersions"})


@dataclass(frozen=True)
class DicomColumns:
    """The columns that were asked for, by their keywords.

    `personal`: those of them that may identify a person: names, identifiers, dates, free text.
    """

    keywords: tuple[str, ...]
    personal: tuple[str, ...]

    def columns(self) -> tuple[Column, ...]:
        """What the data dictionary says of them."""
        return tuple(
            Column(
                f"dicom.{keyword}",
                "text",
                f"{keyword} as the DICOM file says it; asked for by --dicom-columns",
                f"DICOM ファイルの {keyword}（--dicom-columns の指定による）",
            )
            for keyword in self.keywords
        )

    def extended(
        self, rows: Iterable[list[Any]], photographs: Sequence[StudyPhotograph]
    ) -> Iterator[list[Any]]:
        """Add the cells to the rows of these photographs; None where a file is another by now."""
        for row, listed in zip(rows, photographs, strict=True):
            yield [*row, *self._cells(listed, row[1])]

    def _cells(self, listed: StudyPhotograph, digest: str | None) -> list[str | None]:
        nothing: list[str | None] = [None] * len(self.keywords)
        try:
            data = read_encoded(listed.path)
            sha256 = hashlib.sha256(data).hexdigest()
            if not is_dicom(data) or listed.shown_sha256(sha256) != digest:
                return nothing
            facts = {"keywords": self.keywords}
            found, _ = run_apart(_JOB, facts, data, seconds=_SECONDS, memory=_MEMORY + len(data))
        except (PhotographError, JobFailedError, HelperEndedError):
            return nothing
        return [found[keyword] for keyword in self.keywords]


def dicom_columns(text: str) -> DicomColumns:
    """Read keywords of DICOM's dictionary, with commas between.

    Raises:
        SettingError: one is none, or stands for what is no text; or the extra is not installed.

    >>> from gantei.study.dicom_columns import dicom_columns
    >>> dicom_columns("PatientSex,StudyDate").personal
    ('StudyDate',)
    """
    if not is_installed():
        raise SettingError('--dicom-columns needs: pip install "gantei[dicom]"')
    from pydicom.datadict import dictionary_VR, keyword_dict, tag_for_keyword

    keywords = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    if not keywords:
        raise SettingError("--dicom-columns: name keywords, such as PatientSex,PatientAge")
    personal = []
    for keyword in keywords:
        tag = tag_for_keyword(keyword)
        if tag is None:
            near = ", ".join(difflib.get_close_matches(keyword, keyword_dict)) or "PatientSex"
            raise SettingError(f"--dicom-columns: {keyword} is no keyword of DICOM; near: {near}")
        kind = dictionary_VR(tag)
        if kind in _NO_TEXT:
            raise SettingError(f"--dicom-columns: {keyword} is no text ({kind})")
        if kind not in _HARMLESS_KINDS and keyword not in _HARMLESS:
            personal.append(keyword)
    return DicomColumns(keywords, tuple(personal))
