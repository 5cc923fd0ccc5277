"""`--shard` and `--dicom-key`: one of several tasks that divide a study among them."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .given_photographs import folders_of, is_one_place
from .photograph_options import STANDARD_STREAM

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList
    from ..study.shard import Shard, StudyShard


def add_shard(parser: argparse.ArgumentParser) -> None:
    """Add both options; `shard_of` reads the first."""
    parser.add_argument(
        "--shard",
        metavar="K/N",
        help="only estimate the photographs of shard K of N, for `gantei merge`; slurm/N or "
        "kubernetes/N: take K from this task of the job array; slurm: also N. Such as 3/7 or "
        "slurm/7",
    )
    parser.add_argument(
        "--dicom-key",
        metavar="FILE",
        type=Path,
        help="key of the pseudonyms of persons in DICOM files; it is made if there is none. All "
        "shards need the same one; default: beside the table, as results.csv.dicom-key",
    )


def shard_of(chosen: argparse.Namespace) -> "Shard | None":
    """Read which shard is asked for, and check what goes with it.

    Raises:
        SettingError: there is no such shard, or an option does not go with one.
    """
    from ..errors import SettingError
    from ..study.array_tasks import shard_of_task

    if chosen.dicom_key is not None and chosen.anonymous is not None:
        raise SettingError(
            "--dicom-key: with --anonymous, pseudonyms are made by its key; leave it out"
        )
    if chosen.shard is None:
        return None
    shard = shard_of_task(chosen.shard, os.environ)
    if chosen.out == STANDARD_STREAM:
        raise SettingError("--shard: `gantei merge` reads the table from a file: name it by --out")
    is_one = is_one_place(chosen.paths) and chosen.list is None
    if chosen.root is None and not is_one:
        raise SettingError(
            "--shard: names must be the same in all tasks: give one folder, archive or address, or "
            "name by --root the one that they start from"
        )
    if "same-file" in chosen.refuse:
        raise SettingError(
            "--refuse same-file: no shard knows which files are the same; leave it out, "
            "`gantei merge` finds them"
        )
    _check_places(chosen)
    return shard


def _check_places(chosen: argparse.Namespace) -> None:
    """Refuse to write where the other tasks look for photographs, and would find it or not."""
    from ..errors import SettingError

    written = (Path(chosen.out), chosen.embeddings, chosen.dicom_key, chosen.anonymous)
    for folder in (path.resolve() for path in folders_of(chosen.paths)):
        for path in filter(None, written):
            if path.resolve().is_relative_to(folder):
                raise SettingError(
                    f"--shard: {path} lies in {folder}, where the other tasks look for "
                    "photographs; choose a folder outside"
                )


def in_shard_of(
    chosen: argparse.Namespace, listing: "PhotographList", shard: "Shard | None"
) -> "tuple[PhotographList, StudyShard | None]":
    """Take the photographs of the shard, if one is asked for, out of the whole study.

    Raises:
        SettingError: its DICOM files tell persons, and no key for all shards is named.
    """
    from ..errors import SettingError
    from ..study.dicom_persons import NEEDS_KEY, may_name_persons
    from ..study.shard import in_shard

    if shard is None:
        return listing, None
    if chosen.dicom_key is None and may_name_persons(listing):
        raise SettingError(NEEDS_KEY)
    return in_shard(listing, shard)


def write_shard(shard: "StudyShard | None", photographs: int) -> None:
    """Say which shard of the study it was."""
    if shard is not None:
        sys.stderr.write(f"{shard.shard}: {photographs:,} of {shard.photographs:,} photographs\n")
