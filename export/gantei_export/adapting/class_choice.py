"""Which classes a column of labels has, and in which order."""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from gantei.errors import SettingError
from gantei.labels.alike_texts import refuse_alike
from gantei.labels.sexes import is_number, plain_code, plain_word
from gantei.manifests.fields import Label

MOST_CLASSES = 50
"""Of one target; more different words are names or remarks, not classes."""
ABSENT = {"no", "absent", "negative", "なし", "無し", "無", "陰性", "いいえ"}
"""Words for what is not there, as `plain_word` spells them: of two classes the negative one."""


def classes_of(column: str, known: Sequence[str], given: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give the classes of a column, in their order.

    Codes are in the order of their numbers: 10 after 9. Of two words the one for what is absent
    comes first, as the negative class; all others are as they are sorted.

    Args:
        column: its name, for messages.
        known: its different words, without those for a missing one.
        given: the classes in their order, where they were named.

    Raises:
        SettingError: there are fewer than two, or too many, or one makes no name of a class.

    >>> from gantei_export.adapting.class_choice import classes_of
    >>> classes_of("高血圧", ["有", "無"])
    ('無', '有')
    """
    if given:
        codes = {plain_code(each) for each in known}
        if absent := [each for each in given if plain_code(each) not in codes]:
            raise SettingError(f"--classes: nobody's {column} is {', '.join(absent)}")
        found = given
    else:
        two = len(known) == 2
        found = tuple(
            sorted(known, key=lambda each: (two and not _absent(each), _code_order(each)))
        )
    refuse_alike(f"--target {column}", found)
    if len(found) < 2:
        raise SettingError(f"--target {column}: all are {found[0]}; there is nothing to learn")
    if len(found) > MOST_CLASSES:
        raise SettingError(
            f"--target {column}: {len(found)} different words, such as {found[0][:40]!r}; at most "
            f"{MOST_CLASSES} classes can be learnt"
        )
    for each in found:
        try:
            TypeAdapter(Label).validate_python(each)
        except ValidationError as error:
            raise SettingError(
                f"--target {column}: {each[:40]!r} makes no name of a class: at most 80 letters, "
                "without comma, equals sign or line break"
            ) from error
    return found


def _absent(text: str) -> bool:
    return plain_word(text) in ABSENT


def _code_order(text: str) -> tuple[float, str]:
    code = plain_code(text)
    return (float(code) if is_number(code) else float("inf"), code)


def refuse_none(column: str, cells: Sequence[str], given: tuple[str, ...] = ()) -> None:
    """Ask what the word none means, which writes a missing label and a class alike.

    Args:
        column: its name, for messages.
        cells: all of it.
        given: the classes, where they were named.

    Raises:
        SettingError: the word is among the classes that were named, or else in the column.
    """
    if any(plain_word(each) == "none" for each in given or cells):
        means = "write another word for the class, such as no"
        other = "" if given else "; name the other classes by --classes to leave it out"
        raise SettingError(f"--target {column}: none is read as a missing label: {means}{other}")
