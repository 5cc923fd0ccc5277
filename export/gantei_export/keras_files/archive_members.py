"""The members of a `.keras` archive, which may stand in a folder of it."""

from collections.abc import Iterable

from ..untrusted.zip_archive import is_rubbish

KERAS_MEMBERS = ("config.json", "metadata.json", "model.weights.h5")


def keras_folder(names: Iterable[str]) -> str | None:
    """Return the path in an archive before a `.keras` file's members, `""` where there is none.

    None where the archive has no such members, or has them more than once.
    """
    names = set(names)
    ends = [
        name.removesuffix(KERAS_MEMBERS[0])
        for name in names
        if name.rpartition("/")[2] == KERAS_MEMBERS[0]
    ]
    found = [
        folder
        for folder in ends
        if not is_rubbish(folder) and all(f"{folder}{member}" in names for member in KERAS_MEMBERS)
    ]
    return found[0] if len(found) == 1 else None
