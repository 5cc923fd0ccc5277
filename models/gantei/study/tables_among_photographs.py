"""Tables of gantei in the folders of photographs: their files are no photographs passed by."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ..photographs.listing import PhotographList
from ..system.files import open_regular
from .files_of_table import TableAlone
from .run_manifest_reading import existing_manifest

_MANIFEST, _JOURNAL = ".run.json", ".partial"
_HEAD_OF_JOURNAL = b'{"run": "'


def without_tables(listing: PhotographList) -> PhotographList:
    """Leave out of the files passed by those that runs and merges of gantei have written.

    They are known by a run manifest, or the journal of an unfinished run, and by their names beside
    it. Whatever is read as a photograph stays one.
    """
    if listing.place is not None:
        return listing
    return listing.without(_own_files(each.path for each in listing.passed_by))


def _own_files(paths: Iterable[str]) -> Iterator[Path]:
    for path in paths:
        if path.endswith(_MANIFEST):
            table = Path(path.removesuffix(_MANIFEST))
            manifest = existing_manifest(table)
            if manifest is None or manifest.get("table") != table.name:
                continue
            yield from TableAlone(table).own_paths()
            with suppress(KeyError, TypeError, ValueError):  # without embeddings, or nobody's
                yield table.with_name(manifest["embeddings"]["file"])
        elif path.endswith(_JOURNAL) and _is_journal(Path(path)):
            yield from TableAlone(Path(path.removesuffix(_JOURNAL))).own_paths()


def _is_journal(path: Path) -> bool:
    with suppress(OSError):
        if (file := open_regular(path)) is not None:
            with file:
                return file.read(len(_HEAD_OF_JOURNAL)) == _HEAD_OF_JOURNAL
    return False
