"""What every table of a manifest has in common."""

from typing import get_args

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen table of a manifest: no unknown keys, no silent conversion, no infinite number."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def tables_in(annotation: object) -> list[type[BaseModel]]:
    """List the tables that an annotation may hold: `Weights | None` holds one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [record for part in get_args(annotation) for record in tables_in(part)]
