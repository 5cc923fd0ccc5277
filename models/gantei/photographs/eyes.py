"""Which eye a photograph shows: as stated, else as its name tells, else as it looks."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, TypeVar

from ..errors import SettingError
from ..findings.finding import Finding
from ..manifests.fields import UNKNOWN, Side
from .eye_names import side_by_name, side_of
from .photograph_source import file_name
from .stored_photograph import StoredPhotograph

T = TypeVar("T")

EyeOrigin = Literal["stated", "list", "DICOM", "file name", "detected"]
"""Where a side comes from; where several tell it, the first of these holds. `DICOM` is the
laterality in such a file's header."""
DETECT: Literal["detect"] = "detect"
WITHOUT_EYE = ("eye-needed", "eye-not-found")
"""Codes of photographs that a network refuses only because their eye is not known."""
"""Said instead of a side: to be found by the optic disc."""


@dataclass(frozen=True)
class Eye:
    """The side of a photograph's eye, where it comes from, and what to know about that."""

    side: Side
    origin: EyeOrigin
    findings: tuple[Finding, ...] = ()


EyeOption = Eye | str | None
"""What is said of one photograph's eye: an `Eye`, a side as `side_of` reads it, `detect`, or
`unknown`; None: nothing, so that its name may tell."""
EyeOptions = EyeOption | Sequence[EyeOption] | Mapping[str, EyeOption] | Mapping[Path, EyeOption]
"""What is said of several; see `eyes_of`."""


def stated_eye(side: Side, origin: EyeOrigin, name: Side | None) -> Eye:
    """Make an eye of what is stated, which wins over the name; a finding says where they differ."""
    if name is None or name == side:
        return Eye(side, origin)
    return Eye(side, origin, (Finding("eye-contradicts-name", side=side, name=name),))


def eye_with_file(option: EyeOption, told: Side | Finding | None) -> EyeOption:
    """Add what the file itself tells of its eye: it wins over its name, but not over a statement.

    `told` is the side; the finding that the file contradicts itself, so that neither it nor its
    name tell one; or None, where it says nothing.
    """
    if told is None:
        return option
    named = isinstance(option, Eye) and option.origin == "file name"
    if isinstance(told, Finding):
        return UNKNOWN if named else option
    if isinstance(option, Eye) and option.side != told:
        if named:
            found = Finding("eye-of-dicom-contradicts-name", side=told, name=option.side)
            return Eye(told, "DICOM", (found,))
        found = Finding("eye-contradicts-dicom", side=option.side, dicom=told)
        return replace(option, findings=(*option.findings, found))
    return Eye(told, "DICOM") if named or not isinstance(option, Eye) else option


def assumed_eye(side: Side) -> Eye:
    """Make an eye of the side found in the picture, with the finding that it is assumed."""
    return Eye(side, "detected", (Finding("eye-detected", side=side),))


def known_eye(option: object, name: str) -> EyeOption:
    """Resolve what is said of a photograph's eye, by its name where nothing is said.

    Raises:
        SettingError: `option` is something else than `EyeOption` describes.
    """
    option = _checked(option)
    if isinstance(option, Eye) or option == UNKNOWN:
        return option
    side = side_by_name(name)
    if option is None or option == DETECT:
        return Eye(side, "file name") if side else option
    return stated_eye(side_of(option), "stated", side)


def eyes_of(photographs: Sequence[object], eyes: EyeOptions) -> list[EyeOption]:
    """Resolve what is said of several photographs' eyes, one by one.

    Args:
        photographs: paths, or pictures, which only a sequence can tell of.
        eyes: one word for all (`right`, `left`, `detect`); a sequence of them, one per
            photograph, None where nothing is known; or a mapping from paths to them. `detect`
            looks for the optic disc where the file's name does not tell.

    Raises:
        SettingError: a word that is none, or `eyes` that are not of these photographs.
    """
    paths = [_path_or_address(each) for each in photographs]
    options: list[EyeOption]
    if eyes is None or isinstance(eyes, str | Eye):
        options = [eyes] * len(paths)
    elif isinstance(eyes, Mapping):
        by_path = {_path_or_address(path): word for path, word in eyes.items()}
        if stray := [str(path) for path in by_path if path not in paths]:
            raise SettingError(f"eyes of what is no photograph here: {', '.join(stray[:3])}")
        options = [by_path.get(path) if path else None for path in paths]
    elif not isinstance(eyes, Iterable):
        raise SettingError(f"eyes are one word for all, a sequence or a mapping, not {eyes!r}")
    else:
        options = list(eyes)
        if len(options) != len(paths):
            raise SettingError(
                f"{len(options)} eyes of {len(paths)} photographs: give one per photograph, or None"
            )
    return [
        known_eye(word, file_name(each)) for word, each in zip(options, photographs, strict=True)
    ]


def _path_or_address(photograph: object) -> Path | str | None:
    """What names a photograph as a key of `eyes`; None: it has no name."""
    if isinstance(photograph, StoredPhotograph):
        return str(photograph)
    if not isinstance(photograph, str | os.PathLike):
        return None
    text = os.fspath(photograph)
    return text if isinstance(text, str) and "://" in text else Path(photograph)


def paired(
    photographs: Iterable[T], eyes: Iterable[EyeOption] | None
) -> Iterator[tuple[T, EyeOption]]:
    """Give each photograph with what is known of its eye, as they are read; no eyes tell nothing.

    Raises:
        SettingError: there are more of one than of the other; raised where the shorter one ends.
    """
    if eyes is None:
        yield from ((each, None) for each in photographs)
        return
    missing: Any = object()
    for count, (each, option) in enumerate(zip_longest(photographs, eyes, fillvalue=missing)):
        if each is missing or option is missing:
            fewer, more = ("photographs", "eyes") if each is missing else ("eyes", "photographs")
            raise SettingError(
                f"{count} {fewer} and more {more}: give one eye per photograph, or None"
            )
        yield each, option


def _checked(word: object) -> EyeOption:
    if word is None or isinstance(word, Eye):
        return word
    if not isinstance(word, str):
        raise SettingError(f"an eye is right, left, detect, unknown or None, not {word!r}")
    return word if word in (DETECT, UNKNOWN) else side_of(word)
