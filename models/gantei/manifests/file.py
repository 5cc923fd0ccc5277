"""Reading `estimator.toml`, and saying exactly what is wrong with one."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import ManifestError
from ..system.files import read_bounded
from .manifest import Manifest
from .record import tables_in

FILE_NAME = "estimator.toml"
KINDS = ("regression", "binary", "categorical")
LARGEST_FILE = 1_000_000
"""Bytes; the largest manifest in use has 10 thousand."""
MOST_BREAKS = 50
"""Breaks of a schema to name; a file of a stranger may have as many as lines."""
_LONG_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""", re.ASCII
)
"""A key of more than 20 parts: reading takes the square of their number, up to an hour."""


def read_manifest(path: Path) -> Manifest:
    """Read and check one manifest, the file `estimator.toml` of an estimator's folder.

    Raises:
        ManifestError: the file cannot be read, is not TOML, or breaks the schema; every break,
            50 at most, is named by file, table and key, with the keys that are known.

    >>> (entry,) = [entry for entry in gantei.estimators() if entry.name == "demo-age"]
    >>> gantei.read_manifest(entry.folder / "estimator.toml") == entry.manifest
    True
    """
    return manifest_of(manifest_bytes(path), str(path))


def manifest_bytes(path: Path) -> bytes:
    """Read a manifest file without looking at what it says.

    Raises:
        ManifestError: the file cannot be read, or is too large.
    """
    if not path.parent.is_dir():
        raise ManifestError(
            f"{path.parent}: no such folder; `gantei where NAME` names an estimator's"
        )
    return read_bounded(path, LARGEST_FILE, ManifestError)


def manifest_of(content: bytes, where: str) -> Manifest:
    """Check the bytes of a manifest file; `where` names their origin in errors.

    Raises:
        ManifestError: as `read_manifest`.
    """
    try:
        text = content.decode("utf-8")
        if _LONG_KEY.search(text):
            raise ManifestError(f"{where}: a key has more than 20 parts; no manifest's has")
        tables = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ManifestError(f"{where}: not TOML: {error}") from error
    return parse_manifest(tables, where)


def parse_manifest(tables: Mapping[str, Any], where: str) -> Manifest:
    """Check the tables of a manifest; `where` names their origin in errors.

    Raises:
        ManifestError: as `read_manifest`.
    """
    try:
        return Manifest.model_validate(dict(tables))
    except ValidationError as error:
        raise ManifestError(breaks(error, Manifest, where)) from error


def breaks(error: ValidationError, record: type[BaseModel], where: str) -> str:
    """Name the breaks of a TOML file's schema, a line each, with the keys that are known."""
    lines = [
        f"{where}: {_sentence(detail, record)}"
        for detail in error.errors(include_url=False)[:MOST_BREAKS]
    ]
    if (more := error.error_count() - MOST_BREAKS) > 0:
        lines.append(f"{where}: and {more} more")
    return "\n".join(lines)


def _sentence(detail: Mapping[str, Any], record: type[BaseModel]) -> str:
    steps, model = _walk(detail["loc"], record)
    *tables, key = steps or ["?"]
    table = f"[{'.'.join(tables)}] " if tables else "top level: "
    known = f"; known: {', '.join(model.model_fields)}" if model else ""
    match detail["type"]:
        case "extra_forbidden":
            return f"{table}unknown key {key!r}{known}"
        case "missing":
            return f"{table}missing key {key!r}{known}"
        case "value_error":
            place = f"[{'.'.join(steps)}] " if steps else ""
            return place + str(detail["ctx"]["error"])  # without pydantic's own words before it
        case "union_tag_invalid" | "union_tag_not_found":
            return f"[{'.'.join(steps)}] key 'kind' must be one of {', '.join(KINDS)}"
    message = detail["msg"]
    return f"{table}key {key!r}: {message[:1].lower()}{message[1:]}"


def _walk(
    location: Sequence[int | str], record: type[BaseModel]
) -> tuple[list[str], type[BaseModel] | None]:
    """Follow an error's location: its steps as they stand in the file, and the innermost table."""
    steps: list[str] = []
    model: type[BaseModel] | None = None
    annotation: Any = record
    for step in location:
        records = tables_in(annotation)
        if len(records) > 1 and step in KINDS:  # pydantic names the kind of an output as a step
            annotation = next(record for record in records if _kind(record) == step)
            continue
        if step == "[key]":
            break
        if get_origin(annotation) in (dict, list):
            annotation = get_args(annotation)[-1]
        elif len(records) == 1:
            model = records[0]
            field = model.model_fields.get(str(step))
            annotation = field.annotation if field else None
        steps.append(str(step))
    return steps, model


def _kind(record: type[BaseModel]) -> str:
    return str(get_args(record.model_fields["kind"].annotation)[0])
