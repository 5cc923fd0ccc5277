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
        help="also write what DICOM files say, by keywords with commas between, such as "
        "PatientSex,PatientAge; into the table alone",
    )


def dicom_columns_of(chosen: argparse.Namespace) -> "DicomColumns | None":
    """Read the columns that are asked for; say which of them may tell who somebody is.

    Raises:
        SettingError: a keyword is none, or may tell that in an anonymous study.
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
        raise SettingError(f"--anonymous: {which} may tell who somebody is; leave it out")
    sys.stderr.write(
        f"WARNING: {which} may tell who somebody is; it stands in the table, and nowhere else\n"
    )
    return added
