"""What a place says of a file, as one line that waits among the names of a study's photographs."""

from .path_spelling import printable, unescaped
from .stored_photograph import StoredFile

_BEHIND_NAME = "\0"
"""Before every letter that a name can have in a table, so that such texts sort as names do."""


def listed_text(file: StoredFile) -> str:
    """Write what a place says of a file as one line, which begins with its name in the table."""
    told = "" if file.version is None else f"={printable(file.version)}"
    size = "" if file.size is None else file.size
    return f"{printable(file.name)}{_BEHIND_NAME}{size}{told}"


def name_of_text(text: str) -> str:
    """The name with which the text begins; all of it, where it is a name alone."""
    return text.partition(_BEHIND_NAME)[0]


def parts_of_text(text: str) -> tuple[str, int | None, str | None]:
    """The name in the table, the size and the version; None: the place does not tell."""
    name, _, facts = text.partition(_BEHIND_NAME)
    size, told, version = facts.partition("=")
    return name, int(size) if size else None, unescaped(version) if told else None
