"""Texts of a column that differ in their spelling alone: which is meant is never guessed."""

from collections.abc import Iterable

from ..errors import SettingError
from .sexes import plain_code


def refuse_alike(option: str, texts: Iterable[str]) -> None:
    """Refuse categories that differ in capitals, width, spaces, or the zeros of a number alone.

    Args:
        option: that asked for the column, with its name, for the message.
        texts: the categories, each once; few, as each may be named.

    Raises:
        SettingError: two are alike; names them.

    >>> from gantei.labels.alike_texts import refuse_alike
    >>> refuse_alike("--group diagnosis", ["case", "healthy"])
    """
    seen: dict[str, str] = {}
    for text in texts:
        other = seen.setdefault(plain_code(text), text)
        if other != text:
            raise SettingError(
                f"{option}: {other!r} and {text!r} differ in spelling alone; if they are one "
                "category, write them alike in the table, else give them names of their own"
            )
