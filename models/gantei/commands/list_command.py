"""`gantei list`, `gantei show`: what is known of the estimators."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..terminal.text_table import text_table, visible
from .options import add_json, print_json

if TYPE_CHECKING:
    from ..catalogue.entries import Entry
    from ..manifests.manifest import Manifest


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both subcommands."""
    listing = commands.add_parser(
        "list",
        help="list the estimators known here",
        description="List the estimators of the catalogue, and those installed here. ready: can "
        "estimate. unsettled: a fact that changes its numbers is unknown; gantei show NAME names "
        "it, gantei set or settle states it. not installed: its weights are not here; gantei pull "
        "NAME says where its publisher gives them.",
    )
    listing.set_defaults(run=_list)
    show = commands.add_parser(
        "show",
        help="show an estimator's facts and what each rests on",
        description="Show what is known of an estimator: each fact of its input and output with "
        "what it rests on, source, licence, published figures, calibrations and intended use.",
    )
    show.set_defaults(run=_show)
    show.add_argument("name", metavar="NAME", help="an estimator's name, or its folder")
    add_json(listing)
    add_json(show)


def _list(chosen: argparse.Namespace) -> int:
    from ..calibrations.known_calibrations import known_calibrations
    from ..catalogue.entries import broken, estimators
    from ..catalogue.kept_trainings import training_notes

    entries = estimators()
    calibrations = {entry.name: known_calibrations(entry.manifest) for entry in entries}
    for name, error in broken().items():
        sys.stderr.write(visible(f"gantei: {name} is left out: {error}\n"))
    for note in training_notes():
        sys.stderr.write(visible(f"gantei: {note}\n"))
    if chosen.json:
        told = {name: [each.described() for each in of] for name, of in calibrations.items()}
        print_json([_listed(entry) | {"calibrations": told[entry.name]} for entry in entries])
        return 0
    header = ["NAME", "STATE", "TITLE", "題名"]
    rows = [
        [entry.name, entry.state, entry.manifest.title, entry.manifest.title_ja]
        for entry in entries
    ]
    if any(calibrations.values()):
        header.insert(2, "CALIBRATED AT")
        for entry, row in zip(entries, rows, strict=True):
            row.insert(2, ", ".join(each.site for each in calibrations[entry.name]))
    sys.stdout.write(text_table(header, rows) + "\n")
    return 0


def _listed(entry: "Entry") -> dict[str, Any]:
    manifest = entry.manifest
    return {
        "name": entry.name,
        "task": manifest.task,
        "state": entry.state,
        "architecture": manifest.architecture,
        "title": manifest.title,
        "title_ja": manifest.title_ja,
        "notice": manifest.notice,
        "unsettled": [fact.key for fact in manifest.unsettled()],
    }


def _show(chosen: argparse.Namespace) -> int:
    from ..catalogue.entries import find

    entry = find(chosen.name)
    if chosen.json:
        from ..calibrations.known_calibrations import known_calibrations

        told = [each.described() for each in known_calibrations(entry.manifest)]
        print_json({"state": entry.state, "calibrations": told} | entry.manifest.tables())
        return 0
    sys.stdout.write(visible(_described(entry)) + "\n")
    return 0


def _described(entry: "Entry") -> str:
    from ..calibrations.calibration_table import HEADER, calibration_rows
    from ..calibrations.known_calibrations import known_calibrations

    manifest = entry.manifest
    sections = [f"{entry.name}  ({entry.state})\n{manifest.title}\n{manifest.title_ja}"]
    if manifest.notice:
        sections.append(f"{manifest.notice}\n{manifest.notice_ja}")
    facts = [("architecture", manifest.architecture, _origin(manifest, "architecture"), "")]
    facts += [
        (fact.key, fact.text, fact.basis.origin, fact.basis.text) for fact in manifest.facts()
    ]
    sections.append(text_table(("FACT", "VALUE", "BASIS", "EVIDENCE"), facts))
    if manifest.weights:
        weights = manifest.weights
        sections.append(f"weights  {weights.file}, {weights.bytes} bytes, sha256 {weights.sha256}")
    if manifest.adapted:
        from ..card.adapted_from import adapted_text

        sections.append(adapted_text(manifest.adapted))
    if manifest.variant:
        from ..card.variant_table import variant_text

        sections.append(variant_text(manifest.variant))
    if manifest.reduced_decoding:
        from ..card.variant_table import decoding_text

        sections.append(decoding_text(manifest.reduced_decoding))
    sections.append(text_table(("SOURCE", ""), list(manifest.source.model_dump().items())))
    if manifest.reported:
        reported = [
            (figure.metric, f"{figure.value:g} {figure.unit}", figure.data, figure.source)
            for figure in manifest.reported
        ]
        sections.append(text_table(("REPORTED", "VALUE", "DATA", "SOURCE"), reported))
    if known := known_calibrations(manifest):
        sections.append(text_table([*map(str.upper, HEADER)], calibration_rows(known)))
    use = manifest.use
    sections.append(text_table(("USE", ""), [("for", use.intended), ("not for", use.not_intended)]))
    return "\n\n".join(sections)


def _origin(manifest: "Manifest", key: str) -> str:
    return manifest.basis[key].origin if key in manifest.basis else ""
