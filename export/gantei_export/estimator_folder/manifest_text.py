"""The text of `estimator.toml`: each key with what it means, and what may be filled in."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from gantei.manifests.fields import UNKNOWN
from gantei.manifests.key_texts import key_texts
from gantei.manifests.manifest import Manifest
from gantei.manifests.record import tables_in

FILLED_IN = ("source", "use", "training", "evaluation")
"""Tables that stand there with all their keys, unknown or not."""
OFFERED = ("citation", "reported", "answer")
"""Tables that stand there as comments as long as nobody has filled them in."""
HEAD = (
    'Replace "unknown" where you know better, and leave what you do not know. Change facts listed '
    "under [basis] with gantei set, which writes this file anew, without comments of yours. After "
    "a change write the card anew, in this folder: gantei card NAME --format markdown --out card.md"
)
WIDTH = 100


def manifest_text(tables: Mapping[str, Any]) -> str:
    """Write a manifest's tables as TOML: what people fill in first, what was found out last.

    Args:
        tables: as `Manifest.tables` gives them; empty lists are left out.

    >>> from gantei.catalogue.entries import find
    >>> from gantei_export.estimator_folder.manifest_text import manifest_text
    >>> text = manifest_text(find("demo-age").manifest.tables())
    >>> "# The name by which it is opened." in text
    True
    """
    import tomli_w

    filled = {key: value for key, value in tables.items() if value != []}
    top = {key: filled.pop(key) for key in tables if not isinstance(tables[key], dict | list)}
    parts = [_comment(HEAD), _commented(tomli_w.dumps(top), {"": Manifest})]
    for name in FILLED_IN:
        (record,) = _records(name)
        parts.append(_section(name, _with_unknowns(record, filled.pop(name, {}))))
    parts += [
        _section(name, filled.pop(name)) if name in filled else _offer(name) for name in OFFERED
    ]
    parts += [_section(name, value) for name, value in filled.items()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _records(name: str) -> list[type[BaseModel]]:
    return tables_in(Manifest.model_fields[name].annotation)


def _with_unknowns(record: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the keys that may be left out where nothing is known of them."""
    return {
        key: values.get(key, UNKNOWN)
        for key, field in record.model_fields.items()
        if key in values or field.get_default() == UNKNOWN
    }


def _section(name: str, value: Any) -> str:
    """Write one table, or all of that name, with comments."""
    import tomli_w

    if get_origin(Manifest.model_fields[name].annotation) is not dict:
        return _commented(tomli_w.dumps({name: value}), {name: _records(name)[0]})
    parts: list[str] = []
    for key, each in value.items():
        (record,) = (
            one
            for one in _records(name)
            if "kind" not in one.model_fields
            or each["kind"] in get_args(one.model_fields["kind"].annotation)
        )
        written = tomli_w.dumps({name: {key: each}}).removeprefix(f"[{name}]\n")
        heading = written.partition("\n")[0].strip("[]")
        # A basis has the same keys as the one before it.
        known = {} if name == "basis" and parts else {heading: record}
        parts.append(_commented(written, known).strip())
    return "\n\n".join(parts)


def _commented(text: str, records: Mapping[str, type[BaseModel]]) -> str:
    """Put the meaning above each table and key, of several alike above the first."""
    lines: list[str] = []
    record = records.get("")
    told: set[tuple[type[BaseModel], str]] = set()
    for line in text.split("\n"):  # a text may hold other ends of lines
        if heading := re.fullmatch(r"\[{1,2}([^\[\]]+)\]{1,2}", line):
            record = records.get(heading[1])
            if record and (record, "") not in told:
                lines.append(_comment((record.__doc__ or "").partition("\n")[0]))
                told.add((record, ""))
        elif record and (key := re.match(r"([\w-]+) = ", line)) and (record, key[1]) not in told:
            lines.append(_comment(key_texts(record)[key[1]]))
            told.add((record, key[1]))
        lines.append(line)
    return "\n".join(lines)


def _offer(name: str) -> str:
    """Write a table that is not there as a comment."""
    (record,) = _records(name)
    several = get_origin(Manifest.model_fields[name].annotation) is list
    about = (record.__doc__ or "").partition("\n")[0]
    many = "Any number of such tables. " if several else ""
    lines = [_comment(f"{about} {many}To fill it in, take the # away from its lines:")]
    lines.append(f"# [[{name}]]" if several else f"# [{name}]")
    lines += [*_offered_keys(record)]
    return "\n".join(lines)


def _offered_keys(record: type[BaseModel]) -> Iterator[str]:
    for key, field in record.model_fields.items():
        value = f'"{field.get_default()}"'
        if field.is_required():
            value = _EMPTY.get(get_origin(field.annotation) or field.annotation, "…")
        yield f"# {key} = {value}  # {key_texts(record)[key]}"


_EMPTY: Mapping[object, str] = {str: '""', Literal: '""', list: '[""]', dict: "{ … }"}
"""What is no value yet, so that nothing is taken for filled in by mistake."""


def _comment(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ")
