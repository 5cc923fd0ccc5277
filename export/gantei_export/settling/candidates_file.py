"""`--candidates FILE`: values to try instead of the usual ones, for each fact a list.

    "input.scale" = ["0..1", "123.7,116.3,103.5,58.4,57.1,57.4", "torch"]
    "input.crop" = ["none", "disc"]
    "output.positive" = ["male"]

TOML, or the same as JSON. Values are those of `gantei set`, and the scales `torch` and `caffe`.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gantei.errors import SettingError
from gantei.manifests.manifest import Manifest
from gantei.system.files import read_bounded

from .candidates import checked_parts
from .open_facts import manifest_value

LARGEST = 100_000
"""Bytes."""


def read_candidates(path: Path, manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Read the values to try of each fact, by its key in the manifest.

    `output.positive` is short for `output.sex.positive` where there is one output.

    Raises:
        SettingError: it cannot be read, or a value is none.
    """
    tables = _tables(path)
    found: dict[str, tuple[str, ...]] = {}
    for given, values in tables.items():
        key = _full(given, manifest)
        if not isinstance(values, list) or not values:
            raise SettingError(f'{path}: {given}: expects a list of values, as ["rgb", "bgr"]')
        words = tuple(dict.fromkeys(_word(value, f"{path}: {given}") for value in values))
        found[key] = words
    if not found:
        raise SettingError(f"{path}: names no fact")
    for key, words in found.items():
        for word in words:
            _check(path, key, word, found, manifest)
    return found


def _check(
    path: Path, key: str, word: str, given: Mapping[str, Sequence[str]], manifest: Manifest
) -> None:
    """See that a manifest can hold a value, with the first of the others that are given."""
    known = {fact.key for fact in manifest.facts()}
    words = {other: values[0] for other, values in given.items() if other in known} | {key: word}
    try:
        manifest_value(key, word, "rgb")
        if key in known:
            checked_parts(manifest, words, {})
    except SettingError as error:
        raise SettingError(f'{path}: {key} "{word}": {error}') from error
    if key not in known:
        raise SettingError(f"{path}: {manifest.name} has no fact {key!r}")


def _tables(path: Path) -> Mapping[str, Any]:
    content = read_bounded(path, LARGEST, SettingError)
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingError(f"{path}: neither TOML nor, as .json, JSON: {error}") from error
    if not isinstance(found, dict):
        raise SettingError(f"{path}: expects facts, each with a list of values")
    return _flat(found)


def _flat(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Take `[input]` with `scale = …` as `"input.scale" = …`."""
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{rest}": below for rest, below in _flat(value).items()}
        else:
            flat[key] = value
    return flat


def _word(value: object, where: str) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise SettingError(f"{where}: {value!r} is no value; write it as `gantei set` takes it")


def _full(given: str, manifest: Manifest) -> str:
    table, _, field = given.partition(".")
    if table == "output" and "." not in field and len(manifest.output) == 1:
        return f"output.{next(iter(manifest.output))}.{field}"
    return given
