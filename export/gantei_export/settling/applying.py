"""`--apply`: what is settled becomes the estimator's, with how it was settled as its basis."""

from collections.abc import Sequence
from typing import Any

from gantei import __version__
from gantei.catalogue import entries
from gantei.errors import SettingError
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.file import parse_manifest
from gantei.manifests.manifest import Manifest

from ..changing.change_estimator import (
    check_labels,
    doubt_scale,
    install_changed,
    network_of,
    note_change,
    provenance_in,
    refuse_other_input,
    target_of,
)
from .candidates import set_fact
from .open_facts import manifest_value
from .performance import Performance
from .scale_words import scale_words
from .settle_words import RELATIVE_TO_TABLE, headline, is_order, verdict_words
from .settling_advice import best_so_far, left_open
from .settling_result import Settling
from .verdicts import FactVerdict


def refusal(settling: Settling, *, although_worse: bool) -> str | None:
    """Say why nothing is applied; None where it may be."""
    if settling.signal != "signal":
        return headline(settling)[0].rstrip(".")
    if settling.contradicted:
        return _contradiction(settling)
    if settling.worse and not although_worse:
        reported = "; ".join(
            f"{figure.metric} {figure.value:g}"
            for each in settling.performance
            for figure in each.worse
        )
        return (
            f"it is worse on these people than its publisher reports ({reported}): a fact may "
            "still be wrong, or the people may differ; --although-worse applies it all the same"
        )
    if not changes(settling):
        return "nothing new was settled"
    return None


def _contradiction(settling: Settling) -> str:
    fitted = [each for each in settling.contradicted if each.fact.origin == "fitted"]
    if len(fitted) < len(settling.contradicted):
        return "the labels contradict what is stated"
    first = fitted[0]
    return (
        f"the labels contradict {first.fact.key} {first.fact.before}, which was settled before; "
        f"where you know that it is {first.value}, state it: gantei set {settling.entry.name} "
        f'{first.fact.key}={first.value} --because "…"'
    )


def changes(settling: Settling) -> dict[str, tuple[Any, dict[str, str]]]:
    """Give the facts that are to be written, by their keys: each value with its basis.

    What was settled is fitted. Of an unknown fact whose values hardly differ in what comes out, one
    is assumed, so that every result says so.
    """
    found: dict[str, tuple[Any, dict[str, str]]] = {}
    colour = settling.winner.spec.colour
    for verdict in settling.verdicts:
        if _is_written(verdict) and verdict.value is not None:
            value = manifest_value(verdict.fact.key, verdict.value, colour)
            words = verdict_words(verdict)[0]
            origin = "fitted" if verdict.verdict == "settled" else "assumed"
            evidence = _evidence(settling, verdict.people, words)
            if is_order(verdict.fact.key):
                evidence = f"{evidence}. {RELATIVE_TO_TABLE[0]}"
            found[verdict.fact.key] = value, {"origin": origin, "evidence": evidence}
            found |= _labels(settling, verdict)
    for each in settling.performance:
        found |= _scale(settling, each)
    return found


def apply_settled(
    settling: Settling, *, new_name: str | None = None, although_worse: bool = False
) -> entries.Entry:
    """Write what is settled into the estimator, or into a copy of it.

    Facts that the file or the publisher states stay, and so do those that are not settled.

    Raises:
        SettingError: nothing may be applied, or a copy needs a name.
        AlreadyInstalledError: the copy's name is taken.
        WeightsError: the weights are not those of the manifest.
        MissingExtraError: onnx or tomli-w is not installed.
    """
    entry = settling.entry
    target = target_of(entry, new_name)
    if why := refusal(settling, although_worse=although_worse):
        raise SettingError(f"{entry.name}: nothing is applied: {why}")
    tables = entry.manifest.tables()
    written = changes(settling)
    for key, (value, basis) in written.items():
        set_fact(tables, key, value)
        tables["basis"][key] = basis
    refuse_other_input(entry.manifest, tables)
    for verdict in left_open(settling):
        tables["basis"][verdict.fact.key] = _basis_so_far(settling, verdict)
    provenance = provenance_in(entry.folder)
    _, weights = entries.find_installed(entry.folder)
    model = network_of(entry, weights)
    check_labels(parse_manifest(tables, entry.name), model)
    doubt_scale(tables, model, provenance)
    change = {"facts": list(written), "settled": summary(settling)}
    note_change(provenance, change)
    return install_changed(entry, target, tables, provenance)


def summary(settling: Settling) -> dict[str, Any]:
    """What is kept of it in `provenance.json`."""
    return {
        "people": len(settling.race.people),
        "labels_sha256": settling.table.sha256,
        "confidence": settling.options.confidence,
        "candidates": settling.tried,
        "gantei": __version__,
    }


def _is_written(verdict: FactVerdict) -> bool:
    if verdict.fact.role != "open":
        return False
    unknown = verdict.fact.origin == UNKNOWN
    return verdict.verdict == "settled" or (verdict.verdict == "alike" and unknown)


def _basis_so_far(settling: Settling, verdict: FactVerdict) -> dict[str, str]:
    """What is known of a fact that stays unknown."""
    return {
        "origin": UNKNOWN,
        "evidence": _evidence(settling, verdict.people, verdict_words(verdict)[0]),
        "so_far": best_so_far(settling, verdict),
    }


def _evidence(settling: Settling, people: int, words: str) -> str:
    """How a fact was settled, for the manifest and the card."""
    percent = settling.options.percent
    return (
        f"{words}. {people} people with known labels (table sha256 {settling.table.sha256}), "
        f"confidence {percent}%, {settling.grid.numbers()} candidates; gantei settle {__version__}"
    )


def _labels(settling: Settling, verdict: FactVerdict) -> dict[str, tuple[Any, dict[str, str]]]:
    """The labels of a binary output, where nobody has said them."""
    _, name, field = [*verdict.fact.key.split("."), "", ""][:3]
    if field != "positive":
        return {}
    key = f"output.{name}.labels"
    if getattr(settling.entry.manifest.output[name], "labels", "") != UNKNOWN:
        return {}
    classes: Sequence[str] = settling.grid.classes[name]
    evidence = f"labels of the table with sha256 {settling.table.sha256}"
    return {key: (list(classes), {"origin": "fitted", "evidence": evidence})}


def _scale(settling: Settling, performance: Performance) -> dict[str, tuple[Any, dict[str, str]]]:
    """The scale of a number, where nobody has said it, or where it was fitted to other input."""
    scale = performance.applicable_scale
    if scale is None:
        return {}
    manifest, name = settling.entry.manifest, performance.output
    words = scale_words(name, scale)[0]
    evidence = _evidence(settling, len(performance.units), words)
    values = {"scale": scale.scale, "offset": scale.offset}
    return {
        key: (value, {"origin": "fitted", "evidence": evidence})
        for field, value in values.items()
        if (key := f"output.{name}.{field}")
        and (getattr(manifest.output[name], field) == UNKNOWN or _was_fitted(manifest, key))
    }


def _was_fitted(manifest: Manifest, key: str) -> bool:
    return key in manifest.basis and manifest.basis[key].origin == "fitted"
