"""Which facts of an estimator are open, and the values that are tried for each.

Open is what is unknown, assumed or fitted before. What the file, the publisher or the user states
stays as it is; only the order of the labels is tried both ways even then, which costs no run of
the network, to see whether the labelled photographs contradict it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Literal

from gantei.errors import SettingError
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.input_output import OutputSpec
from gantei.manifests.manifest import Binary, Categorical, Fact, Manifest, MeanStd

from ..estimator_folder.scale_check import USUAL
from ..manifest_draft.user_settings import RESAMPLINGS, read_value

OPEN = frozenset({"unknown", "assumed", "fitted"})
"""Origins of facts that may change."""
MOST_LISTED_ORDERS = 4
"""Classes of which every order is tried; of more, the order is found by assignment."""

SCALES: Mapping[str, Any] = {
    "0..255": "in-graph",
    "0..1": USUAL["0..1"],
    "-1..1": USUAL["-1..1"],
    "torch": USUAL["ImageNet's mean and deviation"],
    "caffe": USUAL["ImageNet's mean"],
}
"""What pixels become, by a word; means and deviations of RGB."""
TRIED: Mapping[str, tuple[str, ...]] = {
    "input.scale": tuple(SCALES),
    "input.colour": ("rgb", "bgr"),
    "input.crop": ("none", "disc", "box"),
    "input.mirror": ("none", "left-eyes"),
    "input.decoder": ("pillow", "tensorflow"),
    "input.resampling": RESAMPLINGS,
}
FINE: Mapping[str, str] = {"input.decoder": "pillow", "input.resampling": "bilinear"}
"""Facts that move the answers least, with the value that stands for them until the others are
settled, where nothing is assumed; they are tried then, with the best of the others."""
TRANSFORMS = {"binary": ("none", "sigmoid"), "categorical": ("none", "softmax")}

Role = Literal["open", "checked"]


@dataclass(frozen=True)
class OpenFact:
    """One fact with the values that are tried for it.

    Attributes:
        key: as in the manifest, such as `input.scale`.
        values: as `gantei set` and `--candidates` take them, `torch` and `caffe` beside.
        role: `open` may change; `checked` is stated, and tried otherwise to find a contradiction.
        before: the value that the manifest has, among `values` unless it is unknown.
        origin: what `before` rests on.
    """

    key: str
    values: tuple[str, ...]
    role: Role
    before: str
    origin: str

    @property
    def fine(self) -> bool:
        """Whether it is tried only with the best of the other facts."""
        return self.key in FINE


def open_facts(
    manifest: Manifest, classes: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]
) -> tuple[OpenFact, ...]:
    """Find the open facts of an estimator.

    Args:
        manifest: of the estimator.
        classes: of each output that has labels in the table, their names in a fixed order.
        others: values to try instead of the usual ones, by the keys of facts.

    Raises:
        SettingError: `others` names a fact that is none, or that is not open.
    """
    found = []
    for fact in manifest.facts():
        usual = _usual(fact, manifest, classes)
        given = others.get(fact.key)
        if given is not None:
            _refuse_fixed(fact)
        is_order = fact.key.split(".")[-1] in ("positive", "classes") and bool(usual)
        if fact.basis.origin not in OPEN and given is None and not is_order:
            continue
        values = _with_own(fact, tuple(given or usual))
        if len(values) > 1 or (values and fact.value == UNKNOWN):
            role: Role = "open" if given or fact.basis.origin in OPEN else "checked"
            found.append(OpenFact(fact.key, values, role, word_of(fact), fact.basis.origin))
    if stray := sorted(others.keys() - {fact.key for fact in manifest.facts()}):
        raise SettingError(f"--candidates: {manifest.name} has no fact {stray[0]!r}")
    return tuple(found)


def assigned_orders(
    manifest: Manifest, classes: Mapping[str, Sequence[str]]
) -> tuple[OpenFact, ...]:
    """The orders of so many labels that they are found by assignment; they have no `values`."""
    return tuple(
        OpenFact(
            fact.key,
            (),
            "open" if fact.basis.origin in OPEN else "checked",
            word_of(fact),
            fact.basis.origin,
        )
        for fact in manifest.facts()
        for name in classes
        if fact.key == f"output.{name}.classes"
        and in_any_order(manifest.output[name], classes[name])
    )


def in_any_order(spec: OutputSpec, classes: Sequence[str]) -> bool:
    """Whether an output has so many classes that their order is found by assignment."""
    return spec.kind == "categorical" and len(classes) > MOST_LISTED_ORDERS


def word_of(fact: Fact) -> str:
    """Give a fact's value as it is tried: the word of a scale, labels with commas between."""
    match fact.value:
        case MeanStd() as scale:
            for word, usual in SCALES.items():
                if usual in (scale, MeanStd(mean=scale.mean[::-1], std=scale.std[::-1])):
                    return word
            return ",".join(f"{number:g}" for number in (*scale.mean, *scale.std))
        case "in-graph":
            return "0..255"
        case (int(height), int(width)):
            return f"{height}x{width}"
        case tuple():
            return ",".join(map(str, fact.value))
    return str(fact.value)


def manifest_value(key: str, word: str, colour: str) -> Any:
    """Give a tried value as a manifest's table holds it; a usual scale in the order of `colour`.

    Raises:
        SettingError: the word cannot be read.
    """
    if key == "input.scale" and word in SCALES:
        scale = SCALES[word]
        if not isinstance(scale, MeanStd):
            return scale
        step = -1 if colour == "bgr" else 1
        return {"mean": list(scale.mean)[::step], "std": list(scale.std)[::step]}
    table, _, rest = key.partition(".")
    return read_value(key, f"{table}.{rest.rpartition('.')[2]}", word)


def settable(key: str, word: str, colour: str) -> str:
    """Give a tried value as `gantei set` takes it: of a usual scale with a name, its numbers."""
    value = manifest_value(key, word, colour)
    if key == "input.scale" and isinstance(value, dict):
        return ",".join(f"{number:g}" for number in (*value["mean"], *value["std"]))
    return word


def _usual(fact: Fact, manifest: Manifest, classes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    if fact.key in TRIED:
        return TRIED[fact.key]
    table, _, rest = fact.key.partition(".")
    name, _, field = rest.partition(".")
    if table != "output" or name not in classes:
        return ()
    return _usual_of_output(manifest.output[name], field, classes[name])


def _usual_of_output(spec: OutputSpec, field: str, classes: Sequence[str]) -> tuple[str, ...]:
    match spec, field:
        case Binary(), "positive":
            return tuple(classes)
        case Categorical(), "classes" if len(classes) <= MOST_LISTED_ORDERS:
            return tuple(",".join(order) for order in permutations(classes))
        case ((Binary() | Categorical()), "transform"):
            return TRANSFORMS[spec.kind]
    return ()


def _with_own(fact: Fact, values: tuple[str, ...]) -> tuple[str, ...]:
    """Add the value that is assumed, where it is none of the usual ones."""
    own = word_of(fact)
    return values if fact.value == UNKNOWN or own in values or not values else (own, *values)


def _refuse_fixed(fact: Fact) -> None:
    if fact.basis.origin in ("file", "publisher"):
        who = "the file itself" if fact.basis.origin == "file" else "its publisher"
        raise SettingError(
            f"--candidates: {fact.key} is {fact.text}, as {who} says; it is not tried otherwise"
        )
