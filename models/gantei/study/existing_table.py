"""Whether a table that is there is what a run would write, and if not, what differs."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OutputError, PhotographError
from ..photographs.listing import StudyPhotograph
from ..photographs.photograph_source import read_encoded
from ..system.files import sha256_of
from .definition import Study, names_and_digests
from .extras import Extras
from .listed_photographs import told_sha256
from .persons_file import persons_are_there

_TOLD = {
    "eyes": "other eyes were stated, or sought (--eyes, --from)",
    "dicom_columns": "its columns of DICOM files are others",
}


@dataclass(frozen=True)
class Summary:
    """What a run came to.

    `photographs` in all, `failed` of them; `resumed` were done before this process began, which
    took `seconds_of_last_process` for the others. `findings` and `errors` are photographs by code,
    as `FindingCounts` counts them.
    """

    photographs: int
    failed: int
    resumed: int
    seconds_of_last_process: float
    findings: Mapping[str, int]
    errors: Mapping[str, int]


def finished_before(study: Study, run: str, extras: Extras) -> Summary | None:
    """Return the summary of the existing table if this same run wrote it, else None."""
    try:
        manifest = json.loads(study.run_path.read_bytes())
        if manifest["run"] != run or manifest["table_sha256"] != sha256_of(study.table):
            return None
        photographs = _photographs(study)
        same = (
            manifest["photographs_sha256"] == names_and_digests(photographs)
            and manifest["told_sha256"] == told_sha256(study.listing.photographs)
            and persons_are_there(study, manifest)
            and all(manifest[key] == now for key, now in extras.proofs(photographs).items())
        )
        return Summary(**manifest["summary"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_beside(study: Study) -> None:
    """Refuse to replace files that a run without table and rows of its own cannot have written.

    A key of persons' pseudonyms is read, not replaced; for the journal see its `check_place`. Where
    there is one, a run of its own was killed while it began, or lost its rows in a power cut.

    Raises:
        OutputError: there is one.
    """
    kept = [study.dicom_key_path, study.journal_path]
    if study.journal_path.exists():
        kept += [study.vectors_path, study.measures_journal_path]
    for path in study.own_paths():
        if path not in kept and os.path.lexists(path):  # a link to nothing is somebody's too
            raise OutputError(
                f"{path} exists, and this run would write a file of that name beside "
                f"{study.table.name}: move it, choose another --out, or replace it with --overwrite"
            )


def difference(study: Study, identity: Mapping[str, Any]) -> str:
    """Say how the existing table differs from the one of this run."""
    try:
        manifest = json.loads(study.run_path.read_bytes())
        differences = _differences(manifest, identity)
        if manifest["table_sha256"] != sha256_of(study.table):
            differences.append("it was changed since it was written")
        if manifest["photographs_sha256"] != names_and_digests(_photographs(study)):
            differences.append("its photographs are others")
        if manifest["told_sha256"] != told_sha256(study.listing.photographs):
            differences.append("its persons or the list's columns are others (--from, --persons)")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"there is no {study.run_path.name} that could tell what made it"
    # What finished_before asks and neither manifest nor photographs explain.
    return ", ".join(differences) or "what stands beside it is other, or gone"


def _differences(manifest: Mapping[str, Any], identity: Mapping[str, Any]) -> list[str]:
    differences = []
    for key, what in (("gantei", "gantei"), ("python", "Python")):
        if manifest[key] != identity[key]:
            differences.append(f"{what} was {manifest[key]}, now {identity[key]}")
    if manifest["versions"] != identity["versions"]:
        before, now = manifest["versions"].items(), identity["versions"].items()
        others = sorted({name for name, _ in before ^ now})
        differences.append(f"the versions of {' and '.join(others)} were others")
    if manifest.get("server") != identity.get("server"):
        where = (each.get("server", {}).get("url", "this machine") for each in (manifest, identity))
        before, now = where
        what = f"on {before}, now on {now}" if before != now else f"by other versions on {now}"
        differences.append(f"it was estimated {what}")
    if manifest["estimators"] != identity["estimators"]:
        names = [[each["name"] for each in one["estimators"]] for one in (manifest, identity)]
        before, now = (", ".join(each) for each in names)
        same = "its estimators have other weights, facts or devices"
        differences.append(f"it is of {before}, this run of {now}" if before != now else same)
    elif manifest.get("calibration_sha256") != identity.get("calibration_sha256"):
        differences.append(f"it was made {_calibrated(manifest)}, this run {_calibrated(identity)}")
    elif manifest.get("columns") != identity["columns"]:
        differences.append("its columns are others")
    for key in ("allow_grey", "plain_csv", "anonymous"):
        if (before := manifest.get(key, False)) != identity.get(key, False):
            option = key.replace("_", "-")
            differences.append(f"it was made with{'' if before else 'out'} --{option}")
    if manifest.get("refuse") != identity.get("refuse"):
        before = " ".join(f"--refuse {code}" for code in manifest.get("refuse", []))
        differences.append(f"it was made with {before or 'no --refuse'}")
    differences += [what for key, what in _TOLD.items() if manifest.get(key) != identity.get(key)]
    beside = manifest.get("beside", [])
    if beside != identity.get("beside", []):
        options = " and ".join(f"--{key}" for key in beside)
        differences.append(
            f"it was made with {options}" if beside else "it has no maps or embeddings"
        )
    return differences


def _calibrated(manifest: Mapping[str, Any]) -> str:
    made = manifest.get("calibrations")
    if not made:
        return "without --calibration"
    sites = (f"{name} at {each['site']} ({each['date']})" for name, each in made.items())
    return f"with the calibration of {', '.join(sites)}"


def photograph_sha256(listed: StudyPhotograph) -> str | None:
    """Digest of a photograph's file as its row has it; None where there is no readable file."""
    try:
        return listed.shown_sha256(hashlib.sha256(read_encoded(listed.path)).hexdigest())
    except PhotographError:
        return None


def _photographs(study: Study) -> list[tuple[str, str | None]]:
    return [(each.name, photograph_sha256(each)) for each in study.listing.photographs]
