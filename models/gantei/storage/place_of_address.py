"""The place below an address: which module reads it."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ..photographs.stored_photograph import Place
from ..system.offline import refuse_offline
from .address import STORES, WEB, Address

IMAGE_COLUMN = "image"
"""Of a Parquet table, unless another is named: as data sets of Hugging Face have it."""


def place_of(
    address: Address,
    *,
    queries: Mapping[str, str] = MappingProxyType({}),
    image_column: str = IMAGE_COLUMN,
    encoding: str | None = None,
) -> Place:
    """Open the place below an address; nothing is read yet.

    Args:
        address: as `parse_address` gives it.
        queries: of http and https: the query string of each name that has one of its own, which
            may still be added.
        image_column: of a Parquet table.
        encoding: of names in an archive that are not marked as UTF-8; None: as its format says.

    Raises:
        OfflineError: `GANTEI_OFFLINE` is set, and it is reached over a network.
        MissingExtraError: what reads it is not installed.
        SettingError, OutputError: there is no such place, or it cannot be read.
    """
    if address.is_remote:
        refuse_offline(f"copy the photographs of {address} to this machine, and name their folder")
    prefix = address.as_prefix()
    if address.scheme in STORES:
        from .object_store import object_store

        return object_store(prefix.shown)
    if address.scheme in WEB:
        from .web import web_place

        return web_place(prefix, queries)
    path = Path(address.path)
    if address.scheme == "zip":
        from .zip_archive import ZipPlace

        return ZipPlace(path, prefix.shown, encoding)
    if address.scheme == "tar":
        from .tar_archive import TarPlace

        return TarPlace(path, prefix.shown, encoding)
    from .parquet_column import ParquetPlace

    return ParquetPlace(path, prefix.shown, image_column)
