"""Facts that the user states: `--set input.scale=-1..1 --because "the authors' mail of 3 May"`."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from gantei.errors import SettingError
from gantei.manifests.fields import UNKNOWN, Resampling
from gantei.system.suggestion import did_you_mean

RESAMPLINGS = tuple(method for method in get_args(Resampling) if method != UNKNOWN)
SCALES: dict[str, Any] = {
    "in-graph": "in-graph",
    "0..255": "in-graph",
    "0..1": {"mean": [0.0, 0.0, 0.0], "std": [255.0, 255.0, 255.0]},
    "-1..1": {"mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]},
}
"""Words for what pixels become; anything else is given as six numbers, means then deviations."""


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _numbers(text: str) -> list[float]:
    return [_number(word) for word in text.split(",")]


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _size(text: str) -> list[int]:
    sides = [int(side) for side in re.split("[x,×]", text.lower())]
    return sides * 2 if len(sides) == 1 else sides


def _scale(text: str) -> Any:
    if text in SCALES:
        return SCALES[text]
    numbers = _numbers(text)
    if len(numbers) != 6:
        raise ValueError
    return {"mean": numbers[:3], "std": numbers[3:]}


READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "input.size": (_size, "HEIGHTxWIDTH in pixels, or one number for a square"),
    "input.colour": (str, "rgb or bgr"),
    "input.crop": (str, "none, disc or box"),
    "input.mirror": (str, "none, or left-eyes where these were mirrored left to right"),
    "input.decoder": (str, "pillow or tensorflow: whose JPEG decoder the training used"),
    "input.resampling": (str, f"{', '.join(RESAMPLINGS[:-1])} or {RESAMPLINGS[-1]}"),
    "input.scale": (_scale, f"{', '.join(SCALES)}, or MEAN,MEAN,MEAN,STD,STD,STD"),
    "output.positive": (str, "the label whose probability the network gives, as male"),
    "output.labels": (_words, "the two labels, separated by a comma"),
    "output.classes": (_words, "the labels in the network's order, separated by commas"),
    "output.transform": (str, "none, sigmoid or softmax: what is still to be applied"),
    "output.unit": (str, "the unit, as years"),
    "output.scale": (_number, "the factor from the network's value to the unit"),
    "output.offset": (_number, "what is added after the factor"),
    "output.range": (_numbers, "lowest,highest value seen in training"),
}


def apply_settings(
    tables: dict[str, Any], settings: Mapping[str, str], because: str | None
) -> frozenset[str]:
    """Settle facts in the tables of a manifest, each with the user's words as its evidence.

    Returns the keys of the facts that it settled, as they stand in the manifest.

    `output.positive` is short for `output.sex.positive` where there is one output. Stating
    `output.scale` alone, where nothing is known of the offset, says that nothing is added: it
    becomes 0.

    Raises:
        SettingError: an unknown fact, a value that cannot be read, no `because`, or a fact
            that the file itself tells otherwise.
    """
    if settings and not (because and because.strip()):
        raise SettingError('what is set needs --because "who said so, and where"')
    if not settings and because:
        raise SettingError("--because goes with --set, and there is none")
    outputs = list(tables["output"])
    settled: dict[str, Any] = {}
    for given, text in settings.items():
        key, short = _full_key(given, outputs)
        settled[key] = read_value(given, short, text)
    for key in [key for key in settled if key.endswith(".scale") and key.startswith("output.")]:
        offset = key.replace(".scale", ".offset")
        if tables["basis"].get(offset, {}).get("origin") == UNKNOWN:
            settled.setdefault(offset, 0.0)
    for key, value in settled.items():
        _settle(tables, key, value, str(because))
    return frozenset(settled)


def settings_of(given: Iterable[str]) -> dict[str, str]:
    """Read facts as they stand on the command line, `input.scale=-1..1`.

    Raises:
        SettingError: one has no value, or is given twice.
    """
    settings: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not value:
            raise SettingError(f"{text}: expects FACT=VALUE")
        if key in settings:
            raise SettingError(f"{key}: given twice")
        settings[key] = value
    return settings


def size_of(settings: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the (height, width) that is stated, None where none is.

    Raises:
        SettingError: it cannot be read.
    """
    if "input.size" not in settings:
        return None
    sides = read_value("input.size", "input.size", settings["input.size"])
    if len(sides) != 2:
        raise SettingError(
            f"input.size={settings['input.size']}: expects {READERS['input.size'][1]}"
        )
    return sides[0], sides[1]


def expected(key: str) -> str:
    """Say what values a fact takes; `key` as in the manifest, `output.sex.positive` too."""
    table, _, rest = key.partition(".")
    return READERS[f"{table}.{rest.rpartition('.')[2]}"][1]


def _full_key(given: str, outputs: list[str]) -> tuple[str, str]:
    """Give the key in the manifest, and the key without the output's name."""
    table, _, rest = given.partition(".")
    name, _, field = rest.partition(".")
    if table == "output" and field and name in outputs:
        return given, f"output.{field}"
    if table == "output" and not field and len(outputs) == 1:
        return f"output.{outputs[0]}.{name}", given
    return given, given


def read_value(given: str, short: str, text: str) -> Any:
    """Read the value of a fact as a manifest's table holds it.

    Args:
        given: the fact as the user named it, for errors.
        short: its key without the output's name, as in `READERS`.
        text: the value.

    Raises:
        SettingError: there is no such fact, or the value cannot be read.
    """
    if short not in READERS:
        known = ", ".join(READERS)
        raise SettingError(f"unknown fact {given!r}; known: {known}{did_you_mean(given, READERS)}")
    reader, expected = READERS[short]
    try:
        return reader(text.strip())
    except ValueError as error:
        raise SettingError(f"{given}={text}: expects {expected}") from error


def _settle(tables: dict[str, Any], key: str, value: Any, because: str) -> None:
    *path, field = key.split(".")
    table = tables
    for step in path:
        table = table[step]
    if field not in table:
        raise SettingError(f"this estimator has no fact {key!r}; it has {', '.join(table)}")
    basis = tables["basis"][key]
    if basis["origin"] == "file" and table[field] != value:
        raise SettingError(f"{key}: the file itself says {table[field]}; it cannot be another")
    table[field] = value
    tables["basis"][key] = {"origin": "stated", "evidence": because.strip()}
