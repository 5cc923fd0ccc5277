"""Sexes as tables have them: words that are understood, and numbers that somebody has to code."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from ..errors import SettingError

Sex = Literal["male", "female"]
_SEXES = 2
WORDS: Mapping[str, Sex] = {
    **dict.fromkeys(("m", "male", "男", "男性"), "male"),
    **dict.fromkeys(("f", "female", "女", "女性"), "female"),
}
"""Words that mean a sex whoever writes them, as `plain_word` spells them."""
UNKNOWN_WORDS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "unknown", "不明"})
"""What stands for a missing value, by what programs write for one, as `plain_word` spells it."""


def plain_word(text: str) -> str:
    """Spell a word so that it can be compared: full width as half width, in small letters.

    >>> from gantei.labels.sexes import plain_word
    >>> plain_word(" Ｍａｌｅ ")
    'male'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def plain_code(text: str) -> str:
    """Spell a code so: as `plain_word`, where a whole number has no `.0` and no zero before it."""
    word = plain_word(text)
    try:
        number = float(word)
    except ValueError:
        return word
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else word


def is_number(word: str) -> bool:
    """Whether a word is a number, which no word for a sex is."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def sex_coding(given: str | Mapping[str, str] | Mapping[int, str] | None) -> dict[str, Sex]:
    """Read which sex each code stands for, such as `1=male,0=female`.

    Args:
        given: as on the command line, or a mapping; None codes nothing.

    Returns:
        The sex of each code, as `plain_code` spells it.

    Raises:
        SettingError: it is none, or gives a code two sexes.

    >>> from gantei.labels.sexes import sex_coding
    >>> sex_coding("1=male, 2=F")
    {'1': 'male', '2': 'female'}
    """
    if given is None:
        return {}
    pairs = (
        [pair.partition("=")[::2] for pair in given.split(",")]
        if isinstance(given, str)
        else [(str(code), word) for code, word in given.items()]
    )
    coding: dict[str, Sex] = {}
    for code, word in pairs:
        sex = WORDS.get(plain_word(word))
        if not plain_word(code) or sex is None:
            raise SettingError(
                f"--sex-coding: {code.strip()}={word.strip()} codes no sex; write it like "
                "1=male,0=female"
            )
        if coding.setdefault(plain_code(code), sex) != sex:
            raise SettingError(f"--sex-coding: {code.strip()} cannot be both sexes")
    return coding


def proposed_coding(texts: Iterable[str]) -> str:
    """Word the codings that the numbers in a column may have, either way where there are two.

    >>> from gantei.labels.sexes import proposed_coding
    >>> proposed_coding(["1", "2", "1", ""])
    '--sex-coding 1=male,2=female or 2=male,1=female'
    """
    codes = sorted({code for code in map(plain_code, texts) if is_number(code)})
    if len(codes) != _SEXES:
        return "--sex-coding 1=male,0=female, with the numbers that stand there"
    one, other = codes
    return f"--sex-coding {one}=male,{other}=female or {other}=male,{one}=female"


def sex_of(text: str, coding: Mapping[str, Sex], proposed: str = "") -> Sex | None:
    """Read the sex in a cell; None where it is unknown.

    Args:
        text: of the cell.
        coding: as `sex_coding` gives it; it goes before the words.
        proposed: what to say instead, as `proposed_coding` words it.

    Raises:
        SettingError: it is a number without a coding, or a word that means no sex.

    >>> from gantei.labels.sexes import sex_of
    >>> sex_of("女性", {}), sex_of("Ｍ", {}), sex_of("", {}), sex_of("1.0", {"1": "male"})
    ('female', 'male', None, 'male')
    """
    code = plain_code(text)
    if sex := coding.get(code) or WORDS.get(code):
        return sex
    if code in UNKNOWN_WORDS:
        return None
    shown = text.strip()[:40]
    if is_number(code):
        raise SettingError(
            f"the sex {shown!r} is a number, and tables differ in which sex it means; say "
            f"{proposed or proposed_coding([text])}, whichever is true"
        )
    raise SettingError(
        f"{shown!r} is no sex; understood are M, F, male, female, 男, 女, 男性, 女性, an empty "
        "cell, and what --sex-coding says"
    )
