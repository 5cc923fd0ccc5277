"""Older formats of the manifest: what their keys mean in today's.

Format 1 (gantei 0.1) knew neither `input.mirror` nor `input.decoder`, and took a scale inside the
network for a fact of the file. The file on disk is never changed: signatures stay valid.
"""

from typing import Any

CURRENT = 2

_NEW_IN_2 = {
    "mirror": ("none", "a manifest of format 1 does not say it: no eye is mirrored"),
    "decoder": ("pillow", "a manifest of format 1 does not say it: Pillow decodes"),
}


def upgraded(tables: Any) -> Any:
    """Give the tables of a manifest of any known format as those of the current one.

    Tables that are no manifest's are given back as they are, for the schema to refuse.
    """
    match tables:
        case {"format": int(version), "input": dict(given), "basis": dict(basis)} if (
            version == 1 and not isinstance(version, bool)
        ):
            return {**tables, "format": CURRENT} | _from_1(given, basis)
    return tables


def _from_1(given: dict[str, Any], basis: dict[str, Any]) -> dict[str, Any]:
    given, basis = dict(given), dict(basis)
    for key, (value, evidence) in _NEW_IN_2.items():
        if key not in given:
            given[key] = value
            basis[f"input.{key}"] = {"origin": "assumed", "evidence": evidence}
    match basis.get("input.scale"):
        case {"origin": "file", "evidence": evidence}:
            # That a network scales inside is no proof of what it was fed.
            basis["input.scale"] = {"origin": "assumed", "evidence": evidence}
    return {"input": given, "basis": basis}
