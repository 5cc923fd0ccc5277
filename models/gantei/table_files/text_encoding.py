"""Decoding a text file: UTF-8, UTF-16 or UTF-32 by its mark, else as is stated."""

import codecs

from ..errors import OutputError, SettingError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before that of UTF-16, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, name: str, encoding: str | None = None) -> str:
    """Decode a file by its byte order mark, else by `encoding`, else as UTF-8.

    Args:
        data: of the file.
        name: of the file, for messages.
        encoding: as Python calls it, such as `cp932`.

    Raises:
        OutputError: it cannot be decoded so; says in which line, and what to try.
        SettingError: there is no such encoding.

    >>> from gantei.table_files.text_encoding import decoded
    >>> decoded("右眼.jpg".encode("utf-16"), "list.txt")
    '右眼.jpg'
    >>> decoded("右眼.jpg".encode("cp932"), "list.txt", "cp932")
    '右眼.jpg'
    """
    used, is_said = encoding_of(data, encoding)
    try:
        text = data.decode(used)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        advice = "" if is_said else _advice(data)
        raise OutputError(
            f"{name}, line {line}, byte {error.start + 1} of the file: not "
            f"{used.removesuffix('-sig').upper()}{advice}"
        ) from error
    except UnicodeError as error:  # of encodings of something else, such as idna
        raise OutputError(f"{name}: cannot be read as {used}: {error}") from error
    if not is_said:
        refuse_null_bytes(data.count(0), len(data), name)
    return text


def encoding_of(head: bytes, encoding: str | None) -> tuple[str, bool]:
    """Give the encoding of a file, and whether its mark or somebody says so.

    Args:
        head: its first bytes, 4 at least.
        encoding: as `decoded` has it.

    Raises:
        SettingError: there is no such encoding.
    """
    marked = next((of for mark, of in _MARKS if head.startswith(mark)), None)
    used = marked or (checked_encoding(encoding) if encoding else "utf-8")
    return used, marked is not None or encoding is not None


def refuse_null_bytes(nulls: int, size: int, name: str) -> None:
    """Refuse what was read as UTF-8 because nothing says that it is UTF-16.

    Raises:
        OutputError: more than a third of it are null bytes.
    """
    if nulls * 3 > size:
        raise OutputError(
            f"{name}: a third of it is null bytes, as in UTF-16 without a byte order mark; say "
            "which, such as --encoding utf-16-le"
        )


def checked_encoding(encoding: str) -> str:
    """Give back the name of an encoding of texts.

    Raises:
        SettingError: Python knows none of that name.
    """
    try:
        "a".encode(encoding)
    except (LookupError, UnicodeError, ValueError) as error:
        raise SettingError(
            f"--encoding {encoding}: unknown; known are cp932, euc_jp, utf-16-le, latin-1 and the "
            "others of Python"
        ) from error
    return encoding


def _advice(data: bytes) -> str:
    try:
        data.decode("cp932")
    except UnicodeDecodeError:
        return "; say what it is by --encoding NAME"
    return "; what Excel or Windows in Japan saved as Shift_JIS needs --encoding cp932"
