"""What was given on the command line as the place of photographs: paths, or an address."""

import argparse
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..storage.address import Address


def place_argument(text: str) -> "Path | Address":
    """Read a path or an address, as `type` of an argument; says of what is refused why."""
    from ..errors import SettingError
    from ..storage.address import path_or_address

    try:
        return path_or_address(text)
    except SettingError as error:  # argparse would show the text, which may hold a signature
        raise argparse.ArgumentTypeError(str(error)) from None


def no_address(text: str) -> str:
    """Refuse an address, as `type` of an argument that names what is written on this machine."""
    from ..storage.address import is_address, without_query

    if is_address(text):
        raise argparse.ArgumentTypeError(
            f"{without_query(text)}: is an address; name a file or folder of this machine"
        )
    return text


def local_path(text: str) -> Path:
    """Read the path of what is written, as `type` of an argument; see `no_address`."""
    return Path(no_address(text))


def is_on_web(places: "Iterable[Path | Address | None]") -> bool:
    """Whether one of them is an address of a web server."""
    from ..storage.address import WEB, Address

    return any(isinstance(each, Address) and each.scheme in WEB for each in places)


def folders_of(paths: "Iterable[Path | Address]") -> list[Path]:
    """The folders among them, in which every picture is read as a photograph."""
    return [path for path in paths if isinstance(path, Path) and path.is_dir()]


def files_of(paths: "Iterable[Path | Address]", suffixes: Collection[str]) -> list[Path]:
    """The paths that have one of these endings, in small letters."""
    return [path for path in paths if isinstance(path, Path) and path.suffix.lower() in suffixes]


def is_one_place(paths: "list[Path | Address]") -> bool:
    """Whether it is one folder, archive or address, from which all names start."""
    from ..storage.given_places import is_archive

    if len(paths) != 1:
        return False
    return not isinstance(paths[0], Path) or paths[0].is_dir() or is_archive(paths[0])
