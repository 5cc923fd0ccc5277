"""A finding: its code and its values, which a study can filter by; its words come from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .wording import Language, advice_on, text_of

Value = str | int | float | list[str] | list[dict[str, Any]]


@dataclass(frozen=True, init=False)
class Finding:
    """What is wrong with, or odd about, a photograph, an estimator, a setting or a request.

    Attributes:
        code: what it is, in a word that a program can compare; docs/findings.md lists all.
        values: what its text names: JSON's numbers, texts and lists.

    >>> eye = gantei.Finding("eye-detected", side="left")
    >>> eye.code, eye.values
    ('eye-detected', {'side': 'left'})
    >>> eye.text()
    'assumed to be a left eye, by where the optic disc lies'
    >>> eye.text("ja")
    '視神経乳頭の位置から左眼と仮定しました'
    """

    code: str
    values: Mapping[str, Value]

    def __init__(self, code: str, /, **values: Value) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash(self.code)  # values may be lists

    def as_dict(self) -> dict[str, Any]:
        """Give code, values and English text, as the service's answers have them."""
        return {"code": self.code, "values": dict(self.values), "text": self.text()}

    def text(self, language: Language = "en") -> str:
        """Say it in a sentence, without its subject and without advice."""
        return text_of(self.code, self.values, language)

    def advice(self, language: Language = "en") -> str:
        """Say what a caller can do about it, in Python or on the command line; often empty."""
        return advice_on(self.code, self.values, language)
