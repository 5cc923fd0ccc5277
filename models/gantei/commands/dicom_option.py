"""The option for columns with what DICOM files say, and a warning where they tell too much."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..study.dicom_columns import DicomColumns


def add_dicom_columns(parser: argparse.ArgumentParser) -> None:
    """Add `--dicom-columns`; `dicom_columns_of` reads it."""
    parser.add_argument(
        "--dicom-columns",
        metavar="KEYWORDS",
        help="also write these attributes of DICOM files, as DICOM keywords with commas between, "
        "such as PatientSex,PatientAge; to the table, and nowhere else",
    )


def dicom_columns_of(chosen: argparse.Namespace) -> "DicomColumns | None":
    """Read the columns that are asked for; say which of them may identify a person.

    Raises:
        SettingError: a keyword is none, or may do so in an anonymous study.
    """
    from ..errors import SettingError

    if chosen.dicom_columns is None:
        return None
    from ..study.dicom_columns import dicom_columns

    added = dicom_columns(chosen.dicom_columns)
    if not added.personal:
        return added
    which = ", ".join(added.personal)
    if chosen.anonymous:
        raise SettingError(f"--anonymous: {which} may identify a person; leave it out")
    sys.stderr.write(
        f"WARNING: {which} may identify a person; written to the table, and nowhere else\n"
    )
    return added
