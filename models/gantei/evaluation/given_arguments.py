"""Arguments of `gantei.evaluate`, checked before any table is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import SettingError


def names_of(argument: str, given: object) -> tuple[str, ...]:
    """Give names as a tuple; one text is one name.

    Raises:
        SettingError: it is neither a text nor several.

    >>> from gantei.evaluation.given_arguments import names_of
    >>> names_of("by", "camera"), names_of("by", ["camera", "age:10"])
    (('camera',), ('camera', 'age:10'))
    """
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Iterable) and not isinstance(given, Mapping | bytes):
        names = tuple(given)
        if all(isinstance(each, str) for each in names):
            return names
    raise SettingError(f"{argument}={given!r}: give a list of names, such as ['camera', 'eye']")


def mapping_of(argument: str, given: object, example: str) -> dict[str, Any]:
    """Give a mapping by texts; nothing for None.

    Raises:
        SettingError: it is no mapping, or not by texts; says how one is written.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping) and all(isinstance(key, str) for key in given):
        return dict(given)
    raise SettingError(f"{argument}={given!r}: give a mapping, such as {example}")


def check_columns(**given: object) -> None:
    """Refuse names of columns that are neither a text nor None.

    Raises:
        SettingError: one is something else.
    """
    for argument, name in given.items():
        if name is not None and not isinstance(name, str):
            raise SettingError(f"{argument}={name!r}: give the name of a column")


def checked_labels(
    label: object, sex_coding: object
) -> tuple[dict[str, str], str | dict[str, str] | None]:
    """Give the columns of labels by output, and what codes of sexes mean.

    Raises:
        SettingError: one of both is something else.
    """
    columns = mapping_of("label", label, "{'stage': 'COLUMN'}")
    check_columns(**{f"label of {key}": column for key, column in columns.items()})
    if isinstance(sex_coding, str):
        return columns, sex_coding
    return columns, mapping_of("sex_coding", sex_coding, "{'1': 'male', '0': 'female'}") or None
