"""Which columns of a Parquet file hold pictures, and which hold what a list says of them."""

import json
from collections.abc import Mapping
from typing import Any

from ..table_files.optional_packages import arrow
from .archive_file import ArchiveRefusedError
from .entry_names import shown_name

PHOTOGRAPH = "photograph"
_LARGEST_METADATA = 10_000_000
_MOST_SHOWN = 10


def leaves_of(schema: Any, name: str) -> tuple[str, str | None]:
    """Find where the bytes of the pictures in a column are, and their paths, if there are any.

    Args:
        schema: Arrow's.
        name: of a column of bytes, or of `struct<bytes, path>`, as `datasets` stores images.

    Raises:
        ArchiveRefusedError: it is no such column; says which are.
    """
    if leaf := _leaf_of_bytes(schema, name):
        kind = schema.field(name).type
        has_paths = leaf != name and kind.get_field_index("path") >= 0
        is_named = has_paths and _is_of(kind.field("path").type, "string")
        return leaf, f"{name}.path" if is_named else None
    others = [each for each in schema.names if _leaf_of_bytes(schema, each)]
    first = ", ".join(map(shown_name, others[:_MOST_SHOWN]))
    more = f" and {len(others) - _MOST_SHOWN:,} more" if len(others) > _MOST_SHOWN else ""
    known = f"name one by --image-column: {first}{more}" if others else "it has no other"
    raise ArchiveRefusedError(f"no column {name} with the bytes of pictures; {known}")


def columns_of_cells(schema: Any, pictures: str) -> list[str]:
    """Name the columns beside that of the pictures whose values are cells of a table.

    These are texts, numbers, times and truth values; not bytes, several values, nor a column that
    is itself called photograph, which names of photographs stand in.
    """
    types = arrow()[0].types
    kinds = (
        types.is_integer, types.is_floating, types.is_boolean, types.is_temporal, types.is_decimal,
    )  # fmt: skip
    return [
        field.name
        for field in schema
        if field.name.strip().lower() not in ("", PHOTOGRAPH, pictures.lower())
        and schema.names.count(field.name) == 1
        and not types.is_duration(field.type)
        and (
            _is_of(field.type, "string")
            or any(is_kind(_values_of(field.type)) for is_kind in kinds)
        )
    ]


def names_of_classes(schema: Any) -> Mapping[str, list[str]]:
    """The names of the numbers in columns of classes, as `datasets` stores them in the schema."""
    stored = (schema.metadata or {}).get(b"huggingface", b"")
    try:
        features = json.loads(stored)["info"]["features"] if len(stored) < _LARGEST_METADATA else {}
        return {
            column: [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # of another program, or of none


def _leaf_of_bytes(schema: Any, name: str) -> str | None:
    if schema.names.count(name) != 1:
        return None
    kind = schema.field(name).type
    if _is_of(kind, "binary"):
        return name
    is_image = arrow()[0].types.is_struct(kind) and kind.get_field_index("bytes") >= 0
    return f"{name}.bytes" if is_image and _is_of(kind.field("bytes").type, "binary") else None


def _is_of(kind: Any, family: str) -> bool:
    types = arrow()[0].types
    forms = (f"is_{family}", f"is_large_{family}", f"is_{family}_view")
    return any(getattr(types, form)(_values_of(kind)) for form in forms)


def _values_of(kind: Any) -> Any:
    return kind.value_type if arrow()[0].types.is_dictionary(kind) else kind
