"""Columns of a study's table that a user asks for, with what DICOM files say beside the picture.

They may identify people, so they stand in the table alone: not in the run manifest, nor in the
journal, for which reason they are read from the files when the table is written.
"""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import PhotographError, SettingError
from ..photographs.dicom.asked_values import asked_values
from ..photographs.dicom.dicom_picture import is_installed
from ..photographs.listing import StudyPhotograph
from ..photographs.photograph_source import read_encoded
from ..system.helper_pool import HelperEndedError, JobFailedError
from ..system.install_command import how_to_add
from .leading_columns import Column

_NO_TEXT = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UN", "OB or OW", "US or OW"})
_HARMLESS_KINDS = frozenset({"AS", "CS", "DS", "FD", "FL", "IS", "SL", "SS", "UL", "US", "AT"})
_HARMLESS = frozenset({"Manufacturer", "ManufacturerModelName", "SoftwareVersions"})


@dataclass(frozen=True)
class DicomColumns:
    """The columns that were asked for: keywords of DICOM's dictionary, with their tags.

    `personal`: those of them that may identify a person: names, identifiers, dates, free text.
    `unread`: photographs whose cells stay empty, since their values could not be decoded or their
    file is another by now; known once the rows have been extended.
    """

    tags: Mapping[str, int]
    personal: tuple[str, ...]
    unread: set[str] = field(default_factory=set, compare=False)

    def columns(self) -> tuple[Column, ...]:
        """What the data dictionary says of them."""
        return tuple(
            Column(
                f"dicom.{keyword}",
                "text",
                f"{keyword} of the DICOM file, as --dicom-columns asks",
                f"DICOM ファイルの {keyword}（--dicom-columns の指定による）",
            )
            for keyword in self.tags
        )

    def extended(
        self, rows: Iterable[list[Any]], photographs: Sequence[StudyPhotograph]
    ) -> Iterator[list[Any]]:
        """Add the cells to the rows of these photographs; None where a file is another by now."""
        for row, listed in zip(rows, photographs, strict=True):
            yield [*row, *self._cells(listed, row[1])]

    def _cells(self, listed: StudyPhotograph, digest: str | None) -> list[str | None]:
        try:
            data = read_encoded(listed.source)
        except PhotographError:
            data = b""
        if listed.shown_sha256(hashlib.sha256(data).hexdigest()) != digest:
            if digest is not None:
                self.unread.add(listed.name)
            return [None] * len(self.tags)
        try:
            return list(asked_values(data, self.tags).values())
        except (JobFailedError, HelperEndedError):
            self.unread.add(listed.name)
            return [None] * len(self.tags)


def dicom_columns(text: str) -> DicomColumns:
    """Read keywords of DICOM's dictionary, with commas between.

    Raises:
        SettingError: one is none, or stands for what is no text; or the extra is not installed.

    >>> from gantei.study.dicom_columns import dicom_columns
    >>> dicom_columns("PatientSex,StudyDate").personal
    ('StudyDate',)
    """
    if not is_installed():
        raise SettingError(f"--dicom-columns needs: {how_to_add('dicom')}")
    from ..photographs.dicom import quiet_pydicom  # noqa: F401

    # isort: split
    from pydicom.datadict import dictionary_VR, keyword_dict, tag_for_keyword

    keywords = dict.fromkeys(each.strip() for each in text.split(",") if each.strip())
    if not keywords:
        raise SettingError("--dicom-columns: name keywords, such as PatientSex,PatientAge")
    tags, personal = {}, []
    for keyword in keywords:
        tag = tag_for_keyword(keyword)
        if tag is None:
            near = ", ".join(difflib.get_close_matches(keyword, keyword_dict))
            like = f"similar: {near}" if near else "they are like PatientSex"
            raise SettingError(f"--dicom-columns: {keyword} is not a DICOM keyword; {like}")
        tags[keyword], kind = int(tag), dictionary_VR(tag)
        if kind in _NO_TEXT:
            raise SettingError(f"--dicom-columns: {keyword} is no text, but {kind}")
        if kind not in _HARMLESS_KINDS and keyword not in _HARMLESS:
            personal.append(keyword)
    return DicomColumns(tags, tuple(personal))
