"""What the entries of an archive may be called: names below it, which lead nowhere else."""

import re

from ..photographs.path_spelling import printable
from .archive_file import ArchiveRefusedError

_PLAIN = re.compile(r"(?!/|[A-Za-z]:)(?:(?!\.{0,2}/)[^/\0]+/)*(?!\.{0,2}/?$)[^/\0]+/?")
"""Names that stand as they are; whatever else is taken apart."""
_SHOWN = 60


def entry_name(name: str) -> str:
    """Give an entry's name as one below the archive: `./a//b.jpg` is `a/b.jpg`, `./` nothing.

    What unpacks archives may write such names elsewhere; here they are names alone, and yet those
    of maps and tables beside them.

    Raises:
        ArchiveRefusedError: it is absolute, leads out by `..`, or has a drive or a null character.

    >>> from gantei.storage.entry_names import entry_name
    >>> entry_name("./left//1.jpg"), entry_name("left/")
    ('left/1.jpg', 'left/')
    """
    if _PLAIN.fullmatch(name):
        return name
    parts = [part for part in name.split("/") if part not in ("", ".")]
    has_drive = len(name) > 1 and name[1] == ":" and name[0].isascii() and name[0].isalpha()
    if name.startswith("/") or has_drive or ".." in parts or "\0" in name:
        raise ArchiveRefusedError(
            f"holds an entry called {shown_name(name)}, which leads out of the archive; "
            "pack it anew from within the folder of the photographs"
        )
    below = "/".join(parts)
    return f"{below}/" if below and name.endswith(("/", "/.")) else below


def shown_name(name: str | bytes) -> str:
    r"""Give a name as a message has it: short, and in letters that a terminal only shows.

    >>> from gantei.storage.entry_names import shown_name
    >>> print(shown_name(b"\x1b[2J\xff.jpg"))
    \x1b[2J\xff.jpg
    """
    if isinstance(name, bytes):
        text = name[:_SHOWN].decode("ascii", "surrogateescape")
        shown = printable(text).replace("\\udc", "\\x")
    else:
        shown = printable(name[:_SHOWN])
    return shown if len(name) <= _SHOWN else f"{shown}…"
