"""What all objects of the service's answers have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


def left_out_unless(when: str) -> Any:
    """Describe a member that is not always there; it is never null."""
    return Field(None, description=f"Present only {when}.", json_schema_extra=_without_default)


class WireObject(BaseModel):
    """A JSON object of an answer; what this version writes has these members and no others."""

    model_config = ConfigDict(
        strict=True, allow_inf_nan=False, json_schema_extra={"additionalProperties": False}
    )
