"""JSON with photographs in it, read without a copy of them as text.

Python's own text takes four bytes per character where a single one needs it, so that photographs in
base64 beside it would take four times their size, twice. Here long runs of base64 stay the bytes
that came, and only what stands around them is parsed.
"""

import binascii
import json
import re
import secrets
from collections.abc import Sequence
from typing import Any

from gantei.findings.finding import Finding

from .problems import Problem

MOST_COMMAS = 10_000
"""In a request's JSON: a hundred photographs need as many, millions would fill the memory."""
MOST_AROUND = 1_000_000
"""Bytes of the JSON but for its long texts: of a hundred photographs under a kilobyte, say."""
_SHORTEST = 1000
_LONG = re.compile(rb'"([\w+/=\\-]{%d,}+)"' % _SHORTEST, re.ASCII)
"""A text of what base64 consists of, in either alphabet, and of what escapes its `/`."""
_ESCAPED_SOLIDUS = re.compile(rb"\\/")
"""How some encoders, PHP's among them, write `/`."""


class InferenceJson:
    """The JSON of a request, with its long texts apart.

    Attributes:
        value: what it holds; in the place of each long text a name that nobody can guess, and that
            is itself too long for whatever has a limit.

    Raises:
        Problem: `too-many-parts`, `invalid-request` or `malformed-body`.
    """

    def __init__(self, content: bytes) -> None:
        self._texts: dict[str, memoryview] = {}
        around = self._without_texts(content)
        if around.count(b",") > MOST_COMMAS:
            raise Problem("too-many-parts", Finding("comma-limit", most=MOST_COMMAS))
        if len(around) > MOST_AROUND:
            raise Problem("invalid-request", Finding("json-limit", most=MOST_AROUND))
        try:
            self.value: Any = json.loads(around)
        except (ValueError, RecursionError) as error:
            raise Problem("malformed-body", Finding("not-json")) from error

    def from_base64(self, texts: Sequence[str]) -> list[bytes]:
        """Decode texts of the value.

        Raises:
            ValueError: one is not base64.
        """
        return [binascii.a2b_base64(self._encoded(each), strict_mode=True) for each in texts]

    def _encoded(self, text: str) -> bytes | memoryview | str:
        found = self._texts.get(text)
        if found is None:
            return text
        return _ESCAPED_SOLIDUS.sub(b"/", found) if _ESCAPED_SOLIDUS.search(found) else found

    def _without_texts(self, content: bytes) -> bytes:
        """Put the name of each long text in its place."""
        name = f"{secrets.token_hex(16):x<{_SHORTEST // 2}}"
        whole, place = memoryview(content), 0
        pieces: list[bytes | memoryview] = []
        for number, found in enumerate(_LONG.finditer(content)):
            begin, end = found.span(1)
            pieces += [whole[place:begin], f"{name}{number}".encode()]
            self._texts[f"{name}{number}"] = whole[begin:end]
            place = end
            if len(self._texts) > MOST_COMMAS:
                raise Problem("too-many-parts", Finding("comma-limit", most=MOST_COMMAS))
        return b"".join([*pieces, whole[place:]])
