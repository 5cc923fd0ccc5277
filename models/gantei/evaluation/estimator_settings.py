"""Which facts of an estimator were fitted on labelled people, stated by a user, or assumed."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..card.provenance import read_provenance
from ..catalogue.entries import Entry, find
from ..errors import GanteiError
from ..labels.estimated_output import EstimatedOutput

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
_PEOPLE = re.compile(r"\b(\d{1,9}) people with known labels")


@dataclass(frozen=True, slots=True)
class FittedFact:
    """A fact that labelled photographs have settled.

    Attributes:
        key: such as `input.colour`.
        people: on how many; None where nothing tells.
        labels_sha256: of the table of their labels; empty where nothing tells.
    """

    key: str
    people: int | None
    labels_sha256: str


@dataclass(frozen=True, slots=True)
class EstimatorSettings:
    """The facts of an estimator that neither its file nor its publisher states.

    Attributes:
        estimator: its name.
        weights_sha256: of the weights that it is installed with.
        fitted: facts that `gantei settle` has settled.
        stated: keys of facts that its user has stated.
        assumed: keys of facts that nothing but convention speaks for, or that hardly matter.
    """

    estimator: str
    weights_sha256: str
    fitted: tuple[FittedFact, ...]
    stated: tuple[str, ...]
    assumed: tuple[str, ...]

    def fitted_on(self, labels_sha256: str) -> tuple[str, ...]:
        """Give the keys of the facts that were fitted on a table of labels."""
        return tuple(each.key for each in self.fitted if each.labels_sha256 == labels_sha256)

    def is_of(self, output: EstimatedOutput) -> bool:
        """Whether an output is of these very weights; a name of its table may stand before it."""
        name = output.estimator.rpartition(":")[2]
        return (self.estimator, self.weights_sha256) == (name, output.weights_sha256)


def estimator_settings(outputs: Iterable[EstimatedOutput]) -> tuple[EstimatorSettings, ...]:
    """Give the settings of the estimators, where the very weights of the results are installed."""
    weights = dict.fromkeys((each.estimator, each.weights_sha256) for each in outputs)
    return tuple(_settings(entry) for name, sha256 in weights if (entry := _entry_of(name, sha256)))


def _entry_of(name: str, sha256: str) -> Entry | None:
    try:
        entry = find(name)
    except GanteiError:  # results of another machine
        return None
    weights = entry.manifest.weights
    return entry if weights and weights.sha256 == sha256 else None


def _settings(entry: Entry) -> EstimatorSettings:
    by_origin: dict[str, list[str]] = {}
    for key, basis in entry.manifest.basis.items():
        by_origin.setdefault(basis.origin, []).append(key)
    last = _last_changes(entry)
    fitted = [_fitted(entry, key, last.get(key, {})) for key in by_origin.get("fitted", [])]
    weights = entry.manifest.weights
    return EstimatorSettings(
        entry.name,
        weights.sha256 if weights else "",
        tuple(fitted),
        tuple(by_origin.get("stated", [])),
        tuple(by_origin.get("assumed", [])),
    )


def _fitted(entry: Entry, key: str, settled: Mapping[str, Any]) -> FittedFact:
    """Read how a fact was fitted: from its evidence, else from the last change of the estimator."""
    evidence = entry.manifest.basis[key].evidence
    people, labels = _PEOPLE.search(evidence), _SHA256.search(evidence)
    count, digest = settled.get("people"), settled.get("labels_sha256")
    if people:
        count = int(people[1])
    return FittedFact(
        key,
        count if isinstance(count, int) else None,
        labels[0] if labels else digest if isinstance(digest, str) else "",
    )


def _last_changes(entry: Entry) -> dict[str, Mapping[str, Any]]:
    """Give by fact what is kept of the settling that wrote it last; nothing where a user did."""
    found: dict[str, Mapping[str, Any]] = {}
    provenance = None
    with suppress(GanteiError):  # a damaged one is told by gantei verify
        provenance = read_provenance(entry.folder)
    changed = (provenance or {}).get("changed")
    for change in changed if isinstance(changed, list) else []:
        if not isinstance(change, Mapping) or not isinstance(change.get("facts"), list):
            continue
        settled = change.get("settled")
        for key in change["facts"]:
            found[str(key)] = settled if isinstance(settled, Mapping) else {}
    return found
