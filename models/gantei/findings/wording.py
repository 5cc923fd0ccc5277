"""The words of findings: `en.json` and `ja.json`, which the service's page reads too.

A text names values in braces. Behind a colon stands how: `word`, by the language's own `words`
where they have it; `list`, each item by the text `CODE.item`, or as it is; else a format of
Python's for numbers, of which the page knows `.0f`, `.1f` and so on, `g` and `.3g`.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

Language = Literal["en", "ja"]
FOLDER = Path(__file__).parent


@cache
def wording(language: Language) -> Mapping[str, Any]:
    """Read a language's file.

    `texts` and `advice` by code, `short` ones of what photographs are counted by, `titles` of the
    kinds of problems, `words`; `joint` between sentences, `separator` between the items of a list.
    """
    words: Mapping[str, Any] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return words


def text_of(code: str, values: Mapping[str, Any], language: Language) -> str:
    """Word a finding; a code of another version, which has no text here, with its values as is."""
    words = wording(language)
    text = words["texts"].get(code, words["titles"].get(code))
    if text is None:
        named = ", ".join(f"{key} {value}" for key, value in values.items())
        return f"{code} ({named})" if named else code
    return _filled(text, code, values, language)


def short_text(code: str, language: Language = "en") -> str:
    """Say in a few words, without values, what photographs of that code have in common.

    A code that has none, such as one of another version, stands for itself.
    """
    words = wording(language)
    return str(words["short"].get(code, words["titles"].get(code, code)))


def has_short_text(code: str) -> bool:
    """Whether photographs are counted by that code."""
    return code in wording("en")["short"]


def title_of(kind: str, language: Language = "en") -> str:
    """Say what a kind of problem is, as the service's problem documents are headed."""
    return str(wording(language)["titles"][kind])


def advice_on(code: str, values: Mapping[str, Any], language: Language) -> str:
    """Word the advice that goes with a finding; empty where there is none."""
    return _filled(wording(language)["advice"].get(code, ""), code, values, language)


def word_of(word: str, language: Language) -> str:
    """Give the language's own word for a name of a value or a label; the name, where it has none.

    >>> from gantei.findings.wording import word_of
    >>> word_of("female", "ja"), word_of("cup-to-disc ratio", "ja")
    ('女性', 'cup-to-disc ratio')
    """
    return str(wording(language)["words"].get(word, word))


def joined(sentences: Iterable[str], language: Language) -> str:
    """Put sentences one behind the other, empty ones left out."""
    return str(wording(language)["joint"]).join(filter(None, sentences))


def _filled(template: str, code: str, values: Mapping[str, Any], language: Language) -> str:
    return "".join(
        literal + ("" if name is None else _formatted(values[name], how or "", code, language))
        for literal, name, how in _parts(template)
    )


@cache
def _parts(template: str) -> tuple[tuple[str, str | None, str | None], ...]:
    return tuple((literal, name, how) for literal, name, how, _ in Formatter().parse(template))


def _formatted(value: Any, how: str, code: str, language: Language) -> str:
    match how:
        case "word":
            return word_of(value, language)
        case "list":
            items = (_item(each, code, language) for each in value)
            return str(wording(language)["separator"]).join(items)
    return format(value, how)


def _item(item: Any, code: str, language: Language) -> str:
    if isinstance(item, Mapping):
        return text_of(f"{code}.item", item, language)
    return str(item)
