"""JSON from untrusted files: no key twice, no depth that breaks the parser, one-line errors."""

import json
from typing import TYPE_CHECKING, Any

from ..errors import SignatureError

if TYPE_CHECKING:
    from pydantic import ValidationError


def parsed_json(content: bytes) -> Any:
    """Parse JSON.

    Raises:
        SignatureError: it is none, or an object has a key twice.
    """
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise SignatureError(f"it is no JSON: {error}") from error


def first_break(error: "ValidationError") -> str:
    """Name the first thing that is wrong, by its place."""
    detail = error.errors()[0]
    place = ".".join(map(str, detail["loc"]))
    return f"{place or 'top level'}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a key twice")
    return found
