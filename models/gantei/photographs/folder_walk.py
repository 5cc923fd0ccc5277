"""The files below a folder: which are photographs, and why each of the others is none."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from .dicom.recognition import SUFFIXES, is_dicom, is_directory, is_enveloped
from .formats.known_formats import format_of, suffixes
from .formats.other_contents import HEAD
from .other_names import by_suffix, file_by_name, folder_by_name

WalkedFile = tuple[str, Finding | None]
"""A path, and why it is passed by; None for a photograph."""

# A pipe would wait for its writer.
_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def files_below(folder: str) -> Iterator[WalkedFile]:
    """Give every file in a folder and below, in no certain order.

    A file is a photograph where its name ends as one's does; where the name tells nothing, its
    first bytes decide, and only then it is opened. A folder that is passed by is walked too, so
    that each of its files is named; links to folders are named, and not followed.

    Raises:
        OutputError: a folder that is not passed by cannot be read.
    """
    pictures = frozenset((*suffixes(), *SUFFIXES))
    waiting: list[WalkedFile] = [(folder, None)]
    while waiting:
        parent, why = waiting.pop()
        try:
            with os.scandir(parent) as entries:
                for entry in entries:  # of a folder that may hold millions
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, why or folder_by_name(entry.name)))
                    else:
                        yield entry.path, why or _why_none(entry, pictures)
        except OSError as error:
            if why is None:
                raise OutputError(f"{parent}: cannot be read: {error.strerror}") from error
            yield f"{parent}{os.sep}", why


def _why_none(entry: "os.DirEntry[str]", pictures: frozenset[str]) -> Finding | None:
    """Why a file in a folder is no photograph; None where it is one."""
    if why := file_by_name(entry.name):
        return why
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - no Path for each of a million
    if suffix in pictures:
        return None if not _is_linked_folder(entry) else Finding("folder-link")
    if why := by_suffix().get(suffix):
        return why
    return _by_content(entry)


def _is_linked_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False


def _by_content(entry: "os.DirEntry[str]") -> Finding | None:
    """Read the first bytes of a file; None where they are a photograph's.

    Also where they cannot be read: it may be one, and its row says why there are no values.
    """
    try:
        if not entry.is_file():
            if _is_linked_folder(entry):
                return Finding("folder-link")
            return Finding("not-a-file") if Path(entry.path).exists() else None
        opened = os.open(entry.path, _READING)
        try:
            return no_photograph(os.read(opened, HEAD))
        finally:
            os.close(opened)
    except OSError:
        return None


def no_photograph(head: bytes) -> Finding | None:
    """Why a file of any name is no photograph, by its first `HEAD` bytes; None where it is one.

    A DICOM file is one, also where it will be refused: its row says why.
    """
    if is_dicom(head) or is_enveloped(head):
        return Finding("dicom-directory") if is_directory(head) else None
    try:
        format_of(head)
    except PhotographError as error:
        return error.finding
    return None
