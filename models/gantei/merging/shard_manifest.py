"""What merging reads in the run manifest of a shard, which comes from another machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ..errors import OutputError
from ..manifests.fields import Sha256
from ..study.run_manifest_path import run_manifest_path
from ..study.run_manifest_reading import not_understood
from ..study.shard import MOST_SHARDS

WholeNumber = Annotated[int, Field(ge=0, le=10**12)]
SiblingName = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00]*[^./\\\x00][^/\\\x00]*$")]
"""A file beside the table: no way to another folder."""

OF_ALL = frozenset({"persons_by", "list_sha256"})
"""What an earlier gantei did not write under `shard`."""


class _Part(BaseModel):
    """A part of a run manifest; what else it says is copied as it stands."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class ShardFacts(_Part):
    """What the run manifest has under `shard`; see `StudyShard`."""

    number: Annotated[int, Field(ge=1, le=MOST_SHARDS)]
    of: Annotated[int, Field(ge=1, le=MOST_SHARDS)]
    photographs: WholeNumber
    names_sha256: Sha256
    persons_by: str | None
    list_sha256: Sha256 | None
    dicom_key_sha256: str | None


class ShardSummary(_Part):
    """What it has under `summary`, as far as it adds up."""

    photographs: WholeNumber
    resumed: WholeNumber
    seconds_of_last_process: Annotated[float, Field(ge=0)]


class FileBeside(_Part):
    """A file beside the table, and its digest."""

    file: SiblingName
    sha256: Sha256


class EstimatorFacts(_Part):
    """An estimator, by its name."""

    name: SiblingName


class CalibrationFacts(_Part):
    """Where and when a calibration was made."""

    site: str
    date: str


class ServerFacts(_Part):
    """The server that estimated."""

    url: str


class ShardManifest(_Part):
    """The run manifest of a shard."""

    run: str
    gantei: str
    python: str
    versions: dict[str, str]
    columns: list[str]
    estimators: list[EstimatorFacts]
    shard: ShardFacts
    summary: ShardSummary
    files_skipped: dict[str, WholeNumber]
    table_sha256: Sha256
    photographs: FileBeside
    embeddings: FileBeside | None = None
    beside: list[str] = []
    refuse: list[str] = []
    plain_csv: bool = False
    processor: dict[str, str] | None = None
    processors: list[dict[str, str]] = []
    server: ServerFacts | None = None
    calibrations: dict[str, CalibrationFacts] = {}


def checked_manifest(table: Path, manifest: Mapping[str, Any]) -> ShardManifest:
    """See that the run manifest of a shard's table has all that merging reads, and as it should.

    Raises:
        OutputError: it has not; says what and where.
    """
    shard = manifest["shard"]
    if isinstance(shard, Mapping) and not shard.keys() >= OF_ALL:
        raise OutputError(
            f"{table}: was made before run manifests said how persons and lists are told in all "
            "shards; give its gantei predict --shard again, which adds that"
        )
    try:
        return ShardManifest.model_validate(manifest)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise not_understood(run_manifest_path(table), place, f" ({first['msg']})") from error
