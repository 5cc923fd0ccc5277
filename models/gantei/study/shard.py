"""A shard: the photographs of a study that one of several tasks estimates.

A photograph belongs to a shard by the hash of its name alone, so that none moves to another shard
when photographs are added or removed.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..photographs.eyes import Eye
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.passed_by import selected_files
from ..photographs.study_photograph import selected
from ..photographs.told_by_list import told_text

MOST_SHARDS = 65_535
"""Of a study: what two bytes hold, which merging takes for each row."""


@dataclass(frozen=True)
class Shard:
    """Shard `number` of `of`, counted from 1.

    >>> from gantei.study.shard import Shard
    >>> [Shard(number, 3).has("p1_OD.jpg") for number in (1, 2, 3)].count(True)
    1
    """

    number: int
    of: int

    def has(self, name: str) -> bool:
        """Whether the photograph, or the file passed by, of that name in the table is in it."""
        return number_of(name, self.of) == self.number

    def which(self, names: Iterable[str]) -> list[bool]:
        """Which photographs are in it."""
        found: list[bool] = (numbers_of(names, self.of) == self.number).tolist()
        return found

    def __str__(self) -> str:
        return f"shard {self.number} of {self.of}"


def number_of(name: str, of: int) -> int:
    """Give the number of the shard, of so many, that a name in the table belongs to."""
    return int.from_bytes(_digest(name)) % of + 1


def numbers_of(names: Iterable[str], of: int) -> NDArray[np.uint64]:
    """Give the numbers of the shards, of so many, that names belong to."""
    digests = np.frombuffer(b"".join(map(_digest, names)), ">u8")
    return digests.astype(np.uint64) % np.uint64(of) + np.uint64(1)


def _digest(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=8).digest()


@dataclass(frozen=True)
class StudyShard:
    """A shard of one study, of which it keeps what all shards have to have in common.

    `photographs` counts those of the whole study, and `names_sha256` is the digest of their names.
    `eyes_sha256` is that of what is known of the eyes of its own photographs, before their files
    are read: the names of others may tell it, too. `persons_by` is how names tell persons, as
    `PersonRule` has it, and `list_sha256` the digest of what a list tells of all photographs; None
    where names tell no person, and where no list tells anything.
    """

    number: int
    of: int
    photographs: int
    names_sha256: str
    eyes_sha256: str
    persons_by: str | None
    list_sha256: str | None

    @property
    def shard(self) -> Shard:
        """Which one it is, of any study."""
        return Shard(self.number, self.of)

    def as_dict(self, dicom_key_sha256: str | None) -> dict[str, Any]:
        """What the run manifest has under `shard`; the digest is of the key of pseudonyms."""
        return asdict(self) | {"dicom_key_sha256": dicom_key_sha256}


def in_shard(listing: PhotographList, shard: Shard) -> tuple[PhotographList, StudyShard]:
    """Take the photographs of a shard, and the files passed by, out of those of a whole study.

    What is said of the study as a whole stays: its columns, and what is stated of eyes.
    """
    digest, told = _NamesDigest(), _ListDigest(len(listing.columns))

    def are_in(names: Sequence[str]) -> list[bool]:
        digest.add(names)
        return shard.which(names)

    part = replace(
        listing,
        photographs=selected(listing.photographs, are_in, told.add),
        passed_by=selected_files(listing.passed_by, lambda each: shard.has(each.name)),
    )
    return part, StudyShard(
        shard.number,
        shard.of,
        len(listing.photographs),
        digest.hexdigest(),
        _eyes_sha256(part.photographs),
        listing.persons_by,
        told.hexdigest(),
    )


def names_sha256(names: Iterable[str]) -> str:
    """Digest of the names of a whole study's photographs, in the order of the table."""
    digest, left = _NamesDigest(), iter(names)
    while some := [*islice(left, 1000)]:
        digest.add(some)
    return digest.hexdigest()


class _NamesDigest:
    """The digest that `names_sha256` gives, of names that come some at a time."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, names: Sequence[str]) -> None:
        self._digest.update("\0".join([*names, ""]).encode())

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


class _ListDigest:
    """The digest of what a list tells of a whole study's photographs, in the table's order."""

    def __init__(self, columns: int) -> None:
        self._digest, self._is_empty = hashlib.sha256(), True
        self._nothing = told_text(None, None, (None,) * columns)

    def add(self, texts: Sequence[str]) -> None:
        """Take what it tells of some; as `told_text` has it."""
        self._is_empty = self._is_empty and all(text == self._nothing for text in texts)
        self._digest.update("\n".join([*texts, ""]).encode())

    def hexdigest(self) -> str | None:
        """The digest; None where nothing is told of any."""
        return None if self._is_empty else self._digest.hexdigest()


def _eyes_sha256(photographs: Iterable[StudyPhotograph]) -> str:
    digest = hashlib.sha256()
    for listed in photographs:
        eye = listed.eye
        told = [eye]
        if isinstance(eye, Eye):
            told = [eye.side, eye.origin, *(finding.code for finding in eye.findings)]
        digest.update(json.dumps([listed.name, *told]).encode() + b"\n")
    return digest.hexdigest()
