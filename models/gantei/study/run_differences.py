"""What two runs do differently, for whoever is in the way of the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from .shard import Shard

MOST_NAMED = 5
"""Columns that a message names."""
_TOLD = {
    "eyes": "other eyes were stated, or sought (--eyes, --from)",
    "image_column": "its photographs are those of another column (--image-column)",
    "dicom_columns": "its columns of DICOM files are others",
}


def differences(
    manifest: Mapping[str, Any],
    identity: Mapping[str, Any],
    *,
    this: str = "this run",
    now: str = "now",
) -> list[str]:
    """Say how a run was made otherwise than this one, a clause each; `it` is the former.

    `this` is what the latter is called, and `now` stands before what it has.
    """
    found = []
    for key, what in (("gantei", "gantei"), ("python", "Python")):
        if manifest[key] != identity[key]:
            found.append(f"{what} was {manifest[key]}, {now} {identity[key]}")
    if manifest["versions"] != identity["versions"]:
        unlike = manifest["versions"].items() ^ identity["versions"].items()
        others = sorted({name for name, _ in unlike})
        found.append(f"the versions of {' and '.join(others)} were others")
    if manifest.get("server") != identity.get("server"):
        where = (each.get("server", {}).get("url", "this machine") for each in (manifest, identity))
        before, here = where
        same = f"by other versions on {here}"
        what = f"on {before}, {now} on {here}" if before != here else same
        found.append(f"it was estimated {what}")
    if (before := manifest.get("place")) != (here := identity.get("place")):
        found.append(
            f"its photographs lie in {before or 'a folder'}, {now} in {here or 'a folder'}"
        )
    if manifest["estimators"] != identity["estimators"]:
        names = [[each["name"] for each in one["estimators"]] for one in (manifest, identity)]
        before, here = (", ".join(each) for each in names)
        same = "its estimators have other weights, facts or devices"
        found.append(f"it is of {before}, {this} of {here}" if before != here else same)
    elif manifest.get("calibration_sha256") != identity.get("calibration_sha256"):
        found.append(f"it was made {_calibrated(manifest)}, {this} {_calibrated(identity)}")
    elif manifest.get("columns") != identity["columns"]:
        found.append(_other_columns(manifest.get("columns", []), identity["columns"]))
    for key in ("allow_grey", "plain_csv", "anonymous"):
        if (before := manifest.get(key, False)) != identity.get(key, False):
            option = key.replace("_", "-")
            found.append(f"it was made with{'' if before else 'out'} --{option}")
    if manifest.get("refuse") != identity.get("refuse"):
        before = " ".join(f"--refuse {code}" for code in manifest.get("refuse", []))
        found.append(f"it was made with {before or 'no --refuse'}")
    found += [what for key, what in _TOLD.items() if manifest.get(key) != identity.get(key)]
    beside = manifest.get("beside", [])
    if beside != identity.get("beside", []):
        options = " and ".join(f"--{key}" for key in beside)
        lacks = " or ".join(identity.get("beside", []))
        found.append(f"it was made with {options}" if beside else f"it has no {lacks}")
    return found


def shard_differences(manifest: Mapping[str, Any], place: Mapping[str, Any]) -> list[str]:
    """Say whether a table or a journal is of another shard than this run; no shard is one, too."""
    before, now = (_shard_in_words(each.get("shard")) for each in (manifest, place))
    return [f"it is of {before}, this run of {now}"] if before != now else []


def _other_columns(before: Sequence[str], now: Sequence[str]) -> str:
    unlike = [
        f"{word} {', '.join(names[:MOST_NAMED])}{' …' if len(names) > MOST_NAMED else ''}"
        for word, names in (
            ("with", [name for name in before if name not in now]),
            ("without", [name for name in now if name not in before]),
        )
        if names
    ]
    return f"its columns are others ({', '.join(unlike) or 'in another order'})"


def _shard_in_words(told: Mapping[str, Any] | None) -> str:
    return "the whole study" if told is None else str(Shard(told["number"], told["of"]))


def _calibrated(manifest: Mapping[str, Any]) -> str:
    made = manifest.get("calibrations")
    if not made:
        return "without --calibration"
    sites = (f"{name} at {each['site']} ({each['date']})" for name, each in made.items())
    return f"with the calibration of {', '.join(sites)}"
