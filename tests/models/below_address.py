"""The photographs of a study below an address of a store, which no network has."""

import pytest

from gantei.storage import given_places

from .stored import PlaceInMemory

ADDRESS = "s3://eyes/study/"
SECRET = "c2VjcmV0"
"""A signature in a query string, which nothing may show."""


@pytest.fixture
def place(photographs, monkeypatch):
    """The photographs of the fixture below an address of a store; the query strings it was told."""
    place = PlaceInMemory.of_folder(photographs, address=ADDRESS)

    def opened(address, *, queries=None, **_):
        shown = address.as_prefix().shown
        below = shown.removeprefix(ADDRESS) if shown.startswith(ADDRESS) else ""
        place.address, place.queries = shown, queries
        place.contents = {
            name.removeprefix(below): data
            for name, data in place.contents.items()
            if name.startswith(below)
        }
        return place

    monkeypatch.setattr(given_places, "place_of", opened)
    return place


def written_below(folder):
    """The bytes of all files of a folder, in which no test finds a name or a signature."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
