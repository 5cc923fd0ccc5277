"""The one place that a user gives: an address, an archive, several of one folder or prefix."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from ..errors import OutputError, SettingError
from ..photographs.dicom.recognition import SUFFIXES
from ..photographs.formats.known_formats import suffixes
from ..photographs.path_spelling import LONGEST_NAME, unescaped
from ..photographs.stored_photograph import Place
from .address import ARCHIVES, WEB, Address, name_below
from .place_of_address import IMAGE_COLUMN, place_of
from .query_strings import QueryStrings
from .several_places import SeveralPlaces

_WITH_HOST = 3
"""Parts of `s3://bucket/` and the like between which there is a `/`."""
ARCHIVE_SUFFIXES = tuple(f".{scheme}" for scheme in ARCHIVES)
_COMPRESSED_TAR = (".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz", ".tbz2", ".txz", ".tzst")


@dataclass(frozen=True)
class PlaceOptions:
    """How places are read: the column of a Parquet table, the encoding of names in archives."""

    image_column: str = IMAGE_COLUMN
    encoding: str | None = None


@dataclass(frozen=True)
class GivenPlace:
    """A place, and which of its photographs are meant.

    Attributes:
        place: that has them.
        prefix: its address, below which lie those of a list.
        names: of photographs that were given by themselves.
        is_listed: whether all that the place lists is meant, too.
        queries: the query strings of names of a web server.
    """

    place: Place
    prefix: Address
    names: tuple[str, ...]
    is_listed: bool
    queries: QueryStrings = field(repr=False, default_factory=QueryStrings)

    def names_of_list(self, listed: Iterable[str], list_name: str) -> Iterator[str]:
        """Give the names below the place of what a list names, and keep their query strings.

        Raises:
            OutputError: one of them does not lie below the place, or two differ in their query
                strings alone.
        """
        for each in listed:
            if len(each) > LONGEST_NAME:
                raise OutputError(f"{list_name}: a name has more than {LONGEST_NAME} letters")
            try:
                name, query = name_below(unescaped(each), self.prefix)
            except SettingError as error:
                raise OutputError(f"{list_name}: {error}") from None
            if self.prefix.scheme in WEB:
                self.queries.add(name, query)
            yield name
        self.queries.check()


def given_place(
    given: Sequence[Path | Address],
    root: Path | Address | None = None,
    options: PlaceOptions = PlaceOptions(),
) -> GivenPlace | None:
    """Open the place in which everything that was given lies; None: in files and folders alone.

    Args:
        given: paths and addresses; an archive is one by its ending.
        root: what names are relative to; None: the place itself, or what all have in common.
        options: how it is read.

    Raises:
        SettingError, OutputError: some lie elsewhere than others, or it cannot be opened.
        OfflineError, MissingExtraError: as `place_of`.
    """
    found = [each if isinstance(each, Address) else _as_archive(each) for each in given]
    addresses = [each for each in found if each is not None]
    if not addresses and not isinstance(root, Address):
        return None
    if len(addresses) < len(found):
        first = next(path for path, each in zip(given, found, strict=True) if each is None)
        raise _elsewhere(first, addresses[0] if addresses else root)
    remote = [each for each in addresses if each.is_remote]
    if isinstance(root, Path):
        if remote:
            raise SettingError(
                f"--root {root}: is a folder, and the photographs lie below {remote[0]}: leave "
                "--root out, or name an address that all lie below"
            )
        return _below_folder(addresses, Path(os.path.abspath(root)), options)  # noqa: PTH100
    if any(not each.is_remote for each in (*addresses, *filter(None, [root]))):
        return _of_archives(addresses, root, options)
    return _of_network(addresses, root, options)


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of photographs, by its ending; those that are refused are."""
    return _scheme_of_archive(path) is not None


def _scheme_of_archive(path: Path) -> str | None:
    name = path.name.lower()
    scheme = "tar" if name.endswith(_COMPRESSED_TAR) else path.suffix.lower()[1:]
    return scheme if scheme in ARCHIVES and path.is_file() else None


def _as_archive(path: Path) -> Address | None:
    scheme = _scheme_of_archive(path)
    return None if scheme is None else Address(scheme, f"{scheme}://{path}")


def _elsewhere(one: object, other: object) -> OutputError:
    return OutputError(
        f"{one} and {other}: photographs of one run lie in one place; run each by itself, with a "
        "table of its own"
    )


def _of_network(
    addresses: Sequence[Address], root: Address | None, options: PlaceOptions
) -> GivenPlace:
    """Photographs by themselves, and prefixes, all below the root."""
    photographs = [
        each for each in addresses if each.path.lower().endswith((*suffixes(), *SUFFIXES))
    ]
    prefixes = [each.as_prefix() for each in addresses if each not in photographs]
    for each in prefixes:
        if each.shown[:-1].lower().endswith(ARCHIVE_SUFFIXES):
            raise SettingError(
                f"{each.shown[:-1]}: archives are read on this machine alone: fetch it first, or "
                "name a prefix with photographs"
            )
    parents = [Address(each.scheme, f"{each.shown.rpartition('/')[0]}/") for each in photographs]
    above = root.as_prefix() if root is not None else _common([*prefixes, *parents])
    queries = QueryStrings()
    whole = place_of(above, queries=queries.of_names)
    names = []
    for photograph in photographs:
        name, query = _below(photograph, above)
        names.append(name)
        queries.add(name, query)
    parts = {
        _below(each, above)[0]: place_of(each) for each in prefixes if each.shown != above.shown
    }
    place = SeveralPlaces(above.shown, parts, whole) if parts else whole
    is_listed = bool(parts) or any(each.shown == above.shown for each in prefixes)
    return GivenPlace(place, above, tuple(names), is_listed, queries)


def _below(address: Address, above: Address) -> tuple[str, str]:
    if not address.shown.startswith(above.shown) or address.shown == above.shown:
        raise OutputError(f"{address}: does not lie below --root {above}; name one that it does")
    return address.shown.removeprefix(above.shown), address.query


def _common(addresses: Sequence[Address]) -> Address:
    """The deepest prefix that all have in common; its query string is that of the only one."""
    first = addresses[0]
    if len({each.shown for each in addresses}) == 1:
        return first
    parts = zip(*(each.shown.split("/")[:-1] for each in addresses), strict=False)
    common = [same[0] for same in takewhile(lambda each: len({*each}) == 1, parts)]
    if len(common) < _WITH_HOST:
        raise _elsewhere(first, next(each for each in addresses if each.shown != first.shown))
    return Address(first.scheme, f"{'/'.join(common)}/")


def _of_archives(
    archives: Sequence[Address], root: Address | None, options: PlaceOptions
) -> GivenPlace:
    """One archive, whose names are those of the results, or several, as folders."""
    known = {each.shown: each for each in (*archives, *filter(None, [root]))}
    remote = [each for each in known.values() if each.is_remote]
    if remote:
        raise _elsewhere(next(each for each in known.values() if not each.is_remote), remote[0])
    if root is not None and len(known) > 1:
        raise OutputError(f"--root {root}: is one archive; leave --root out, or name a folder")
    if len(known) == 1:
        (address,) = known.values()
        place = _opened(address, options)
        return GivenPlace(place, address.as_prefix(), (), bool(archives))
    # abspath, not resolve: a link that is named keeps its own name.
    folders = [os.path.dirname(os.path.abspath(each.path)) for each in archives]  # noqa: PTH100, PTH120
    return _below_folder(archives, Path(os.path.commonpath(folders)), options)


def _below_folder(archives: Sequence[Address], folder: Path, options: PlaceOptions) -> GivenPlace:
    """Archives as folders of their names below a folder."""
    parts = {}
    for each in archives:
        path = Path(os.path.abspath(each.path))  # noqa: PTH100
        if not path.is_relative_to(folder):
            raise OutputError(f"{path}: lies outside --root {folder}; name a folder that holds all")
        parts[f"{path.relative_to(folder).as_posix()}/"] = _opened(each, options)
    shown = f"{folder.as_posix().removesuffix('/')}/"
    return GivenPlace(SeveralPlaces(shown, parts), Address("zip", shown), (), True)


def _opened(archive: Address, options: PlaceOptions) -> Place:
    return place_of(archive, image_column=options.image_column, encoding=options.encoding)
