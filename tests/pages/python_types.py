"""docs/python-types.md: the types that the signatures of public names mention."""

import ast
import sys
from collections.abc import Iterator

from pydantic import BaseModel

import gantei

from .docstrings import parsed
from .python_api import code_block, documented, members, public
from .signatures import alias, annotations_of, bases, fields, meaning, names_in, node_of

PAGE = "python-types.md"
HEAD = """# Types of Python

What the signatures in [python-api.md](python-api.md) name and `gantei` does not export: most need
no import.
"""


def text() -> str:
    """The page."""
    return "\n\n".join(part.strip("\n") for part in (HEAD, *_types())) + "\n"


def _types() -> Iterator[str]:
    """What the signatures name beside the public names, and what that names in turn."""
    waiting = [
        (sys.modules[thing.__module__], name)
        for thing in public().values()
        if not (isinstance(thing, type) and issubclass(thing, BaseModel))
        for each in (thing, *members(thing).values())
        for name in names_in(annotations_of(node_of(getattr(each, "fget", each))))
    ]
    described, found = {*gantei.__all__}, {}
    while waiting:
        module, name = waiting.pop(0)
        if name not in described and (place := meaning(module, name)):
            found[name] = place
            waiting += [(place[0], each) for each in names_in(annotations_of(place[1]))]
            waiting += [(place[0], each) for each in bases(place)]
        described.add(name)
    for name, place in sorted(found.items()):
        _, node, said = place
        yield f"## {name}"
        if isinstance(node, ast.Assign):
            yield code_block(alias(node))
        elif lines := fields(node):
            above = f"({', '.join(bases(place))})" if bases(place) else ""
            yield code_block("\n    ".join([f"class {name}{above}:", *lines]))
        if said:
            yield from documented(parsed(said))
