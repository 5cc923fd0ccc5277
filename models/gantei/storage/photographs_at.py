"""Photographs below an address, for Python."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain

from ..errors import SettingError
from ..photographs.stored_photograph import StoredPhotograph
from .address import path_or_address
from .given_places import PlaceOptions, given_place
from .place_listing import list_place
from .place_of_address import IMAGE_COLUMN


def photographs_at(
    address: str | os.PathLike[str],
    names: Iterable[str] | None = None,
    *,
    image_column: str = IMAGE_COLUMN,
    encoding: str | None = None,
) -> Iterator[StoredPhotograph]:
    """List the photographs below an address, for every function that takes photographs.

    This call lists them, in memory that does not grow with their number. They are read when an
    estimator asks for them, over a network many at the same time; one that cannot be read is an
    error of its own. `docs/storage.md` says which files are photographs. No other function takes a
    text for an address, so that nobody else decides what this machine asks for.

    Args:
        address: such as `s3://bucket/prefix/`, `https://host/folder/`, `zip://photographs.zip`, or
            the path of an archive.
        names: of photographs, by full addresses or below the address; None: all that it lists.
        image_column: of a Parquet file.
        encoding: of names in an archive that are not marked as UTF-8, such as `cp932`.

    Returns:
        The photographs, once, in the order of their names.

    Raises:
        SettingError: it is neither an address nor an archive, or an address of another kind.
        OfflineError: `GANTEI_OFFLINE` is set, and it is reached over a network.
        MissingExtraError: what reads it is not installed: the extra `storage`, or `parquet`.
        OutputError: it cannot be listed, has no photographs, or a name does not lie below it.

    >>> import zipfile
    >>> with zipfile.ZipFile("eyes.zip", "w") as archive:
    ...     archive.write("demo/person-00001-left.jpg", "left.jpg")
    >>> (prediction,) = gantei.load("demo-age").predict(gantei.photographs_at("zip://eyes.zip"))
    >>> prediction.source, prediction.eye.side
    ('zip://eyes.zip/left.jpg', 'left')
    """
    given = path_or_address(os.fspath(address))
    options = PlaceOptions(image_column, encoding)
    place = (
        given_place([given], None, options) if names is None else given_place([], given, options)
    )
    if place is None:
        raise SettingError(
            f"{given}: is no address and no archive; give the path itself to the estimator"
        )
    below = chain(place.names, place.names_of_list(names or (), "names"))
    listing = list_place(place.place, below, is_listed=names is None and place.is_listed)
    return (
        each.source for each in listing.photographs if isinstance(each.source, StoredPhotograph)
    )
