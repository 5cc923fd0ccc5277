"""What every table of a manifest has in common."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen table of a manifest: no unknown keys, no silent conversion, no infinite number."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)
