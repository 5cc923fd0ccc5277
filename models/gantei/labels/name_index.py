"""Finding photographs by names that may be spelt otherwise, or lack folders or ending."""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from ..photographs.path_spelling import one_spelling
from ..photographs.stored_photograph import PhotographPlace

_Numbers = dict[str, list[int]]


class NameIndex:
    """Photographs by their names, and by the ends of these."""

    def __init__(self, names: Sequence[str], paths: Sequence[PhotographPlace | None] = ()) -> None:
        """Take the names of photographs in the results, and their paths where they are known."""
        self._names = names
        self._exact: dict[str, set[int]] = {}
        self._on_disk = bool(paths)
        for number, name in enumerate(names):
            self._exact.setdefault(one_spelling(name), set()).add(number)
        for number, path in enumerate(paths):
            if path is not None:
                self._exact.setdefault(one_spelling(str(path)), set()).add(number)

    def exact(self, name: str, folder: Path) -> set[int]:
        """Give the photographs of that very name, or of that path from here or from `folder`."""
        for spelt in dict.fromkeys((name, name.strip(), name.replace("\\", "/"))):
            keys = [spelt, spelt.removeprefix("./")]
            if self._on_disk:
                keys += [os.path.abspath(spelt), os.path.abspath(folder / spelt)]  # noqa: PTH100
            if found := set().union(*(self._exact.get(one_spelling(key), ()) for key in keys)):
                return found
        return set()

    def by_end(self, name: str) -> list[int]:
        """Give the photographs whose names end as this one, or this one as theirs; in any case.

        Folders that both have must agree; where this one has no ending, none is compared.
        """
        ends = [*_ends(name)]
        for whole, ending in self._by_end:
            # It ends as this one does; or this one, which has more folders, ends as it does.
            found = [*ending.get(ends[0], ())]
            found += [each for end in ends[1:] for each in whole.get(end, ())]
            if found:
                return found
        return []

    @cached_property
    def _by_end(self) -> tuple[tuple[_Numbers, _Numbers], ...]:
        """Photographs by whole names and by all ends of names: with the ending, then without."""
        tables: tuple[tuple[_Numbers, _Numbers], ...] = (({}, {}), ({}, {}))
        for number, name in enumerate(self._names):
            for (whole, ending), spelt in zip(tables, (name, _without_ending(name)), strict=True):
                for place, end in enumerate(_ends(spelt)):
                    ending.setdefault(end, []).append(number)
                    if place == 0:
                        whole.setdefault(end, []).append(number)
        return tables


def _ends(name: str) -> Iterator[str]:
    """The whole name, then it without its first folder, and so on to the name of the file."""
    spelt = one_spelling(name).replace("\\", "/").strip().casefold()
    parts = [part for part in spelt.split("/") if part not in ("", ".")] or [spelt]
    for place in range(len(parts)):
        yield "/".join(parts[place:])


def _without_ending(name: str) -> str:
    folders, slash, file = name.rpartition("/")
    return f"{folders}{slash}{file.rpartition('.')[0] or file}"
