"""Candidates: every combination of the values of the open facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gantei.errors import SettingError
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.input_output import OutputSpec
from gantei.manifests.manifest import InputSpec, Manifest

from .open_facts import FINE, OpenFact, manifest_value

MOST = 20_000
"""Candidates; more are a mistake in a file of them."""
NOUNS = {
    "size": "sizes",
    "scale": "scales",
    "colour": "colours",
    "crop": "crops",
    "mirror": "ways to treat left eyes",
    "decoder": "decoders",
    "resampling": "resamplings",
    "positive": "orders of the labels",
    "classes": "orders of the labels",
    "transform": "final activations",
}
_OUTPUT: TypeAdapter[OutputSpec] = TypeAdapter(OutputSpec)


@dataclass(frozen=True)
class Candidate:
    """One combination: what the network is fed, and how its outputs are read.

    Attributes:
        facts: key and value of each open fact, as words, in the order of the manifest.
        spec: what the network takes, with nothing unknown.
        outputs: name and description of each output, with transform and labels; of a number, what
            the manifest says.
    """

    facts: tuple[tuple[str, str], ...]
    spec: InputSpec
    outputs: tuple[tuple[str, OutputSpec], ...]

    @cached_property
    def words(self) -> dict[str, str]:
        """The value of each open fact, by its key."""
        return dict(self.facts)

    @property
    def text(self) -> str:
        """It in one line."""
        return ", ".join(f"{key.split('.')[-1]} {word}" for key, word in self.facts)


@dataclass(frozen=True)
class Grid:
    """All candidates of an estimator.

    Attributes:
        manifest: of the estimator.
        facts: the open facts, and those that are checked, with the values that are tried.
        classes: of each output with labels in the table, their names in a fixed order.
        contradicted: what the file itself contradicts, such as `input.scale=torch`, and why.
        assigned: orders of so many labels that they are found by assignment.
    """

    manifest: Manifest
    facts: tuple[OpenFact, ...]
    classes: Mapping[str, tuple[str, ...]]
    contradicted: Mapping[str, str]
    assigned: tuple[OpenFact, ...] = ()

    def coarse(self) -> tuple[Candidate, ...]:
        """Every combination of all but the facts that move the answers least.

        Raises:
            SettingError: there are too many, or a value is none.
        """
        stand_ins = {fact.key: (_stand_in(fact),) for fact in self.facts if fact.fine}
        return self._product(stand_ins)

    def finer(self, best: Candidate) -> tuple[Candidate, ...]:
        """Every combination of those facts, with the best of the others; `best` is the first."""
        kept = {fact.key: (best.words[fact.key],) for fact in self.facts if not fact.fine}
        found = self._product(kept)
        return (best, *(each for each in found if each.facts != best.facts))

    def explanation(self, *, finer: bool = True) -> str:
        """How the number of candidates comes about; `finer`: those of the fine facts, too."""
        coarse = [fact for fact in self.facts if not fact.fine]
        fine = [fact for fact in self.facts if fact.fine and (finer or not coarse)]
        parts = []
        if coarse:
            parts.append(_counted(coarse))
        if fine:
            then = "; then, with the best of them, " if coarse else ""
            parts.append(f"{then}{_counted(fine)}")
        left_out = "".join(
            f"; not tried: {what} ({why})" for what, why in sorted(self.contradicted.items())
        )
        return "".join(parts) + left_out

    def numbers(self, joined: str = " + ", *, finer: bool = True) -> str:
        """How many candidates there are of the coarse facts, and of the fine ones if `finer`."""
        groups = [[each for each in self.facts if each.fine is fine] for fine in (False, True)]
        numbers = [prod(len(fact.values) for fact in group) for group in groups if group]
        return joined.join(f"{number:,}" for number in (numbers if finer else numbers[:1]))

    def _product(self, restricted: Mapping[str, Sequence[str]]) -> tuple[Candidate, ...]:
        values = [restricted.get(fact.key, fact.values) for fact in self.facts]
        if prod(map(len, values)) > MOST:
            raise SettingError(f"{prod(map(len, values))} candidates: more than {MOST}")
        keys = [fact.key for fact in self.facts]
        return tuple(
            candidate_of(self.manifest, dict(zip(keys, words, strict=True)), self.classes)
            for words in product(*values)
        )


def candidate_of(
    manifest: Manifest, words: Mapping[str, str], classes: Mapping[str, Sequence[str]]
) -> Candidate:
    """Make a candidate of the values of its open facts.

    Raises:
        SettingError: a value is none that a manifest can hold, or a fact of the input is unknown
            that is not among them.
    """
    spec, outputs = checked_parts(manifest, words, classes)
    if unknown := [key for key, value in spec if value == UNKNOWN]:
        raise SettingError(
            f"{manifest.name}: input.{unknown[0]} is unknown, and there is nothing to try; state "
            f'it: gantei set {manifest.name} input.{unknown[0]}=… --because "…"'
        )
    return Candidate(tuple(words.items()), spec, outputs)


def checked_parts(
    manifest: Manifest, words: Mapping[str, str], classes: Mapping[str, Sequence[str]]
) -> tuple[InputSpec, tuple[tuple[str, OutputSpec], ...]]:
    """Give the input and the outputs of a manifest with other values, of which some may be unknown.

    Raises:
        SettingError: a value is none that a manifest can hold.
    """
    tables = manifest.tables()
    for name, known in classes.items():
        if tables["output"][name].get("labels") == UNKNOWN:
            tables["output"][name]["labels"] = list(known)
    colour = words.get("input.colour", tables["input"]["colour"])
    for key, word in words.items():
        set_fact(tables, key, manifest_value(key, word, colour))
    try:
        spec = InputSpec.model_validate(tables["input"])
        outputs = [(name, _OUTPUT.validate_python(each)) for name, each in tables["output"].items()]
    except ValidationError as error:
        told = "; ".join(str(each["msg"]).removeprefix("Value error, ") for each in error.errors())
        raise SettingError(f"{manifest.name}: {told}") from error
    return spec, tuple(outputs)


def set_fact(tables: dict[str, Any], key: str, value: Any) -> None:
    """Put a fact's value into the tables of a manifest."""
    *path, field = key.split(".")
    table = tables
    for step in path:
        table = table[step]
    table[field] = value


def _stand_in(fact: OpenFact) -> str:
    if fact.before in fact.values:
        return fact.before
    usual = FINE[fact.key]
    return usual if usual in fact.values else fact.values[0]


def _counted(facts: Sequence[OpenFact]) -> str:
    numbers = " × ".join(f"{len(fact.values)} {NOUNS[fact.key.split('.')[-1]]}" for fact in facts)
    return f"{prod(len(fact.values) for fact in facts)} candidates = {numbers}"
