"""docs/manifest.md: every key of estimator.toml, from the schema and the texts beside it."""

import ast
import inspect
import sys
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from gantei.manifests.key_texts import key_texts
from gantei.manifests.manifest import Manifest
from gantei.manifests.record import tables_in

from .docstrings import parsed
from .signatures import meaning, node_of

PAGE = "manifest.md"
HEAD = """# The manifest

`estimator.toml` holds all that is known of an estimator without opening its weights; Python has the
same as [`Manifest`](python-api.md#manifest). It is read strictly: an unknown key, a missing one or
another type is an error that names the table, the key and what is known. What nobody has said is
`"unknown"`; what is `"unknown"` by default may be left out.

Every key of `[input]` and `[output.NAME]` (except `kind`) has its basis in `[basis."TABLE.KEY"]`;
where the key is unknown, so is the basis's `origin`. While a key that changes numbers is unknown,
the estimator does not predict; `unit`, `range` and `labels` change none. `architecture` and the
keys of `[source]`, `[use]`, `[training]` and `[evaluation]` may have a basis too.
[adding-an-estimator.md](adding-an-estimator.md) has an example, and
[preprocessing.md](preprocessing.md) says how photographs are decoded, cut and scaled.
"""
WORDS = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "dict[str, float]": "table of numbers",
}
LISTS = {"table": "any number of tables", "text, not empty": "list of texts"}
BOUNDS = {"gt": "above {}", "ge": "{} or more", "le": "{} at most"}


def text() -> str:
    """The page."""
    parts = [HEAD, "## top level\n\n" + "\n".join(_keys(Manifest))]
    for record, headings in _tables().items():
        title = ", ".join(heading for heading, _ in headings)
        said = parsed(record.__doc__ or "").prose
        forms = " or ".join(form for _, form in headings)
        parts.append(f"## {title}\n\n{forms}. {said}\n\n" + "\n".join(_keys(record)))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def without_text() -> list[str]:
    """Keys of the schema with no text beneath them."""
    return sorted(
        f"{record.__name__}.{key}"
        for record in (Manifest, *_tables())
        for key in record.model_fields
        if not key_texts(record).get(key)
    )


def _tables() -> dict[type[BaseModel], list[tuple[str, str]]]:
    """Every table below the top level, with its headings and how each is written."""
    found: dict[type[BaseModel], list[tuple[str, str]]] = {}
    waiting: list[tuple[str, type[BaseModel]]] = [("", Manifest)]
    while waiting:
        above, table = waiting.pop(0)
        for key, field in table.model_fields.items():
            path = f"{above}{key}"
            for record in tables_in(field.annotation):
                form = f"[{path}]"
                if "list[" in str(field.annotation):
                    form = f"[[{path}]]"
                elif "dict[" in str(field.annotation):
                    form = f'[{path}."FACT"]' if key == "basis" else f"[{path}.NAME]"
                title = path
                if "kind" in record.model_fields:
                    (kind,) = get_args(record.model_fields["kind"].annotation)
                    title = f"{path}: {kind}"
                found.setdefault(record, []).append((title, f"`{form}`"))
                if len(found[record]) == 1:
                    waiting.append((f"{path}.", record))
    return found


def _keys(record: type[BaseModel]) -> Iterator[str]:
    yield "| key | value | default | what |"
    yield "|---|---|---|---|"
    texts = key_texts(record)
    for key, annotation in _annotations(record).items():
        field = record.model_fields[key]
        default = "required" if field.is_required() else _default(field.get_default())
        yield f"| `{key}` | {_value(record, annotation)} | {default} | {texts.get(key, '')} |"


def _default(value: object) -> str:
    if value is None or value == [] or isinstance(value, BaseModel):
        return "may be missing"
    return f'`"{value}"`'


def _annotations(record: type[BaseModel]) -> dict[str, ast.expr]:
    return {
        ast.unparse(node.target): node.annotation
        for node in node_of(record).body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in record.model_fields
    }


def _value(record: type[BaseModel], annotation: ast.expr) -> str:
    """What may stand there, in words."""
    written = ast.unparse(annotation)
    if written in WORDS:
        return WORDS[written]
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr()):
            right = annotation.right
            sides = [left] if ast.unparse(right) == "None" else [left, right]
            return ", ".join(_value(record, side) for side in sides)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=allowed):
            return ", ".join(f"`{json_text(each)}`" for each in _elements(allowed))
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *more])):
            return ", ".join([_value(record, inner), *_bounds(more)])
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            return LISTS.get(_value(record, inner), f"list of {_value(record, inner)}")
        case ast.Subscript(value=ast.Name(id="dict")):
            return "tables"
        case ast.Name(id=name):
            return _named(record, name)
    raise ValueError(f"{record.__name__}: no words for {written}")


def _named(record: type[BaseModel], name: str) -> str:
    place = meaning(sys.modules[record.__module__], name)
    if place is None:
        raise ValueError(f"{record.__name__}: no words for {name}")
    _, node, said = place
    if isinstance(node, ast.ClassDef):
        return "table"
    if "Literal" in ast.unparse(node.value)[:8]:
        return _value(record, node.value)
    if not said:
        raise ValueError(f"write what {name} allows beneath it")
    return inspect.cleandoc(said)


def _elements(allowed: ast.expr) -> list[object]:
    nodes = allowed.elts if isinstance(allowed, ast.Tuple) else [allowed]
    return [ast.literal_eval(node) for node in nodes]


def json_text(value: object) -> str:
    """A value as TOML writes it."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def _bounds(more: list[ast.expr]) -> Iterator[str]:
    for call in more:
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg in BOUNDS:
                yield BOUNDS[keyword.arg].format(ast.unparse(keyword.value))
