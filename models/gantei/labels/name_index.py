"""Finding photographs by names that may be spelt otherwise, or lack folders or ending."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..photographs.path_spelling import one_spelling


class NameIndex:
    """Photographs by their names, and by the ends of these."""

    def __init__(self, names: Sequence[str], paths: Sequence[Path | None] = ()) -> None:
        """Take the names of photographs in the results, and their paths where they are known."""
        self._exact: dict[str, set[int]] = {}
        self._parts: list[tuple[str, ...]] = []
        self._by_file: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        self._on_disk = bool(paths)
        for number, name in enumerate(names):
            self._exact.setdefault(one_spelling(name), set()).add(number)
            parts = _parts(name)
            self._parts.append(parts)
            self._by_file.setdefault(parts[-1], []).append(number)
            self._by_stem.setdefault(_stem(parts[-1]), []).append(number)
        for number, path in enumerate(paths):
            if path is not None:
                self._exact.setdefault(one_spelling(os.fspath(path)), set()).add(number)

    def exact(self, name: str, folder: Path) -> set[int]:
        """Give the photographs of that very name, or of that path from here or from `folder`."""
        for spelt in dict.fromkeys((name, name.strip(), name.replace("\\", "/"))):
            keys = [spelt, spelt.removeprefix("./")]
            if self._on_disk:
                keys += [os.path.abspath(spelt), os.path.abspath(folder / spelt)]  # noqa: PTH100
            if found := set().union(*(self._exact.get(one_spelling(key), ()) for key in keys)):
                return found
        return set()

    def by_end(self, name: str, among: Sequence[bool]) -> list[int]:
        """Give the photographs whose names end as this one, or this one as theirs; in any case.

        Folders that both have must agree; where this one has no ending, none is compared.

        Args:
            name: of a photograph.
            among: bool for each photograph: whether it may be one.
        """
        parts = _parts(name)
        found = self._fitting(parts, self._by_file.get(parts[-1], ()), among)
        return found or self._fitting(parts, self._by_stem.get(parts[-1], ()), among)

    def _fitting(
        self, parts: tuple[str, ...], numbers: Iterable[int], among: Sequence[bool]
    ) -> list[int]:
        return [
            number
            for number in numbers
            if among[number] and _folders_agree(parts[:-1], self._parts[number][:-1])
        ]


def _parts(name: str) -> tuple[str, ...]:
    spelt = one_spelling(name).replace("\\", "/").strip().casefold()
    return tuple(part for part in spelt.split("/") if part not in ("", ".")) or (spelt,)


def _stem(file: str) -> str:
    return file.rpartition(".")[0] or file


def _folders_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    common = min(len(one), len(other))
    return one[len(one) - common :] == other[len(other) - common :]
