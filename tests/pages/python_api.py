"""docs/python-api.md: every public name of gantei, from its signature and docstring."""

import inspect
import re
from collections.abc import Iterator
from textwrap import fill
from types import FunctionType

from pydantic import BaseModel

import gantei

from .docstrings import Docstring, parsed
from .signatures import (
    call,
    fields,
    node_of,
    property_type,
)

PAGE = "python-api.md"
HEAD = """# Python

Everything in `gantei.__all__`. `import gantei` takes next to no time: each name is loaded when it
is first used. The examples run as they stand after `import gantei`, beside the folder that
`gantei demo-photos demo` draws; those of `Client` also need `gantei serve --with demo-age`, those
of `evaluate` and `calibrate` the table of `gantei predict demo --with demo-age --out results.csv`,
and those with `calibration="clinic"` what `gantei calibrate` makes of a site of that name.
[study.md](study.md) leads from photographs to a result; [python-types.md](python-types.md) has the
types that signatures name. Research use; not for diagnosis.
"""
GROUPS = {
    "Opening and predicting": ("load", "Estimator", "Prediction", "Appearance", "Explanation"),
    "Estimators and what is known of them": (
        "estimators", "Entry", "read_manifest", "Manifest", "InputSpec", "MeanStd", "Basis",
    ),
    "Photographs": ("read", "prepare", "photographs_at"),
    "Measuring estimates": ("evaluate", "Evaluation"),
    "Calibrating to the people of a site": ("calibrate",),
    "Age gaps": ("gap", "AgeGap"),
    "Missing sex": ("impute", "Imputation", "describe", "Description"),
    "Checking records": ("check_records", "RecordsCheck"),
    "A server": ("Client",),
    "Findings": ("Finding",),
}  # fmt: skip
ERRORS = """## Errors

Every error that gantei raises on purpose is a `GanteiError`, and each is also the built-in error
that it resembles, so that `except FileNotFoundError` works too. `code` is that of the error's
finding ([findings.md](findings.md)) where it has one, else that of its class. What no program
should pass, such as an array of another shape, raises `ValueError` or `TypeError`.
"""
KEYS = "Its attributes are the keys that [manifest.md](manifest.md{anchor}) describes."
TABLES = {"InputSpec": "#input", "MeanStd": "#inputscale", "Basis": "#basis"}


def public() -> dict[str, object]:
    """Every public name, with what it is."""
    return {name: getattr(gantei, name) for name in gantei.__all__}


def errors() -> list[str]:
    """The names of errors and warnings among them."""
    return [
        name
        for name, thing in public().items()
        if isinstance(thing, type) and issubclass(thing, Exception)
    ]


def without_place() -> list[str]:
    """Public names that no group of the page has."""
    placed = {name for names in GROUPS.values() for name in names} | {*errors()}
    return sorted({*gantei.__all__} ^ placed)


def members(thing: object) -> dict[str, object]:
    """The public methods and properties of a class, also those of classes that are not public.

    An error has its own alone, since those above it are on the page.
    """
    if not isinstance(thing, type):
        return {}
    classes = [thing] if issubclass(thing, Exception) else thing.__mro__
    return {
        name: each
        for each_class in reversed(classes)
        if each_class.__module__.startswith("gantei.")
        for name, each in vars(each_class).items()
        if isinstance(each, FunctionType | property) and not name.startswith("_")
    }


def text() -> str:
    """The page."""
    parts = [HEAD]
    for group, names in GROUPS.items():
        parts.append(f"## {group}")
        parts += [_entry(name, getattr(gantei, name)) for name in names]
    parts += [ERRORS, "\n".join(_tree(errors(), 0))]
    parts += [_entry(name, getattr(gantei, name)) for name in errors() if _has_more(name)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _has_more(error: str) -> bool:
    doc, thing = parsed(getattr(gantei, error).__doc__), getattr(gantei, error)
    return bool(doc.sections or doc.example or members(thing))


def _entry(name: str, thing: object) -> str:
    return "\n\n".join([f"### {name}", *_definition(name, thing), *_members(name, thing)])


def _definition(name: str, thing: object) -> Iterator[str]:
    doc = parsed(inspect.getdoc(thing) or "")
    if isinstance(thing, FunctionType):
        yield code_block(call(thing, name))
    elif isinstance(init := vars(thing).get("__init__"), FunctionType) and init.__doc__:
        yield code_block(call(init, name))
        doc = doc.with_init(parsed(init.__doc__))
    elif issubclass(thing, BaseModel):
        yield KEYS.format(anchor=TABLES.get(name, ""))
    elif lines := fields(node_of(thing)):
        yield code_block("\n    ".join([f"class {name}:", *lines]))
    yield from documented(doc)


def documented(doc: Docstring) -> Iterator[str]:
    yield from map(_wrapped, doc.prose.split("\n\n"))
    for section, entries in doc.sections.items():
        if section in ("Returns", "Yields"):
            yield _wrapped(f"{section}: {entries[0][1]}")
            continue
        yield f"{'Arguments' if section == 'Args' else section}:"
        yield _listed(entries)
    if doc.example:
        yield f"```pycon\n{doc.example}\n```"


def _members(name: str, thing: object) -> Iterator[str]:
    """Properties as a list, then each method."""
    known = members(thing)
    properties = {key: each for key, each in known.items() if isinstance(each, property)}
    if properties:
        yield "Properties:"
        for key, each in properties.items():
            said = parsed(each.__doc__ or "").prose
            yield _wrapped(f"- `{key}` (`{property_type(each)}`): {said}", "  ")
    for key, each in known.items():
        if isinstance(each, FunctionType):
            yield f"#### {name}.{key}"
            yield code_block(call(each, f"{name}.{key}"))
            yield from documented(parsed(inspect.getdoc(each) or ""))


def code_block(text: str) -> str:
    """Write code as the formatter has it: `ast.unparse` writes numbers and powers otherwise."""
    formatted = re.sub(r"(?<=\d)e\+(?=\d)", "e", re.sub(r"(?<=\d) \*\* (?=\d)", "**", text))
    return f"```python\n{formatted}\n```"


def _wrapped(text: str, indent: str = "") -> str:
    if "\n" in text:  # a list, which keeps its lines
        return text
    return fill(text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _listed(entries: list[tuple[str, str]]) -> str:
    named = [f"- `{name}`: {said}" if name else f"- {said}" for name, said in entries]
    return "\n".join(_wrapped(each, "  ") for each in named)


def _tree(names: list[str], depth: int, above: type | None = None) -> Iterator[str]:
    """The errors that stand right below one, as a list in lists."""
    for name in names:
        error = getattr(gantei, name)
        ours = [base for base in error.__bases__ if base.__name__ in names]
        if ours != ([above] if above else []):
            continue
        also = [base.__name__ for base in error.__bases__ if base not in ours]
        code = f", code `{error.kind}`" if hasattr(error, "kind") else ""
        line = f"- **{name}** ({', '.join(also)}){code}: " if also else f"- **{name}**{code}: "
        indent = "  " * depth
        said = line + parsed(error.__doc__).prose.partition("\n\n")[0]
        yield indent + _wrapped(said, f"{indent}  ")
        yield from _tree(names, depth + 1, error)
