"""People with known labels, in an order that says nothing of their labels."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gantei.errors import OutputError, SettingError
from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.group_values import group_values
from gantei.labels.joined_photograph import JoinedPhotograph
from gantei.labels.joining import Joined
from gantei.labels.label_table import LabelTable
from gantei.labels.person_checks import ages_unexplained
from gantei.labels.sexes import UNKNOWN_WORDS, plain_code
from gantei.labels.true_values import label_place, true_values
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.input_output import OutputSpec
from gantei.manifests.manifest import Manifest
from gantei.photographs.eyes import DETECT, Eye
from gantei.photographs.listing import PhotographList, StudyPhotograph

from .scores import LabelledPerson

ORDER = b"gantei settle: the order of people"


@dataclass(frozen=True)
class LabelledOutputs:
    """The outputs of an estimator that have labels in the table.

    Attributes:
        outputs: by name, as the labels are read for them.
        without: names of those that have none, and why.
    """

    outputs: Mapping[str, EstimatedOutput]
    without: Mapping[str, str]

    @property
    def classes(self) -> dict[str, tuple[str, ...]]:
        """The labels of each output that has classes, in a fixed order."""
        return {name: each.classes for name, each in self.outputs.items() if each.classes}


def labelled_outputs(
    manifest: Manifest, table: LabelTable, orders: Mapping[str, Sequence[str]]
) -> LabelledOutputs:
    """Find the outputs of an estimator that have labels in the table.

    The labels of classes are those of the manifest; where nobody has said them, those of
    `orders`, which are to be tried, or of the table.

    Raises:
        OutputError: the table has labels of none of them.
        SettingError: it is to have labels of an output that the estimator has not.
    """
    outputs, without = {}, {}
    if stray := [name for name in table.options.labels if name not in manifest.output]:
        raise SettingError(
            f"--label {stray[0]}={table.options.labels[stray[0]]}: {manifest.name} has no output "
            f"{stray[0]}; known: {', '.join(manifest.output)}"
        )
    for name, spec in manifest.output.items():
        try:
            classes = _classes(name, spec, table, orders)
            output = _output(manifest, name, spec, classes)
            label_place(table, output)
        except OutputError as error:
            without[name] = str(error)
        else:
            outputs[name] = output
    if not outputs:
        raise OutputError("; ".join(without.values()))
    return LabelledOutputs(outputs, without)


def labelled_people(
    joined: Joined,
    listing: PhotographList,
    labelled: LabelledOutputs,
    by: Collection[str] = (),
    *,
    one_photograph_per_person: bool = False,
) -> tuple[LabelledPerson, ...]:
    """Gather each person's photographs and labels, those without a label left out.

    The order is that of digests of the persons' names: mixed, and the same each time.

    Raises:
        SettingError: nothing tells the persons, nobody has a label, or all have the same.
        OutputError: a label is none.
    """
    joined = with_persons(joined, one_photograph_per_person=one_photograph_per_person)
    rows = [each.label for each in joined.photographs]
    of_persons = ((each.person, each.label) for each in joined.photographs if each.person)
    unexplained = ages_unexplained(of_persons, with_visits=joined.table.has_visits)
    truths = {}
    for name, output in labelled.outputs.items():
        values = list(true_values(rows, joined.table, output))
        if label_place(joined.table, output).source == "age":
            values = [
                None if each.person in unexplained else value
                for each, value in zip(joined.photographs, values, strict=True)
            ]
        truths[name] = values
    groups = group_values(joined, by, unexplained)
    places: dict[str, list[int]] = {}
    for place, each in enumerate(joined.photographs):
        places.setdefault(each.person or "", []).append(place)
    people = [
        LabelledPerson(
            key,
            tuple(with_told_eye(listing, joined.photographs[place]) for place in theirs),
            {
                name: truth
                for name, values in truths.items()
                if (truth := _shared_truth([values[place] for place in theirs], labelled, name))
                is not None
            },
            {
                variable: shared
                for variable, values in groups.items()
                if (shared := _shared([values[place] for place in theirs]))
            },
        )
        for key, theirs in sorted(places.items(), key=lambda each: _mixed(each[0]))
    ]
    kept = tuple(each for each in people if each.truths)
    if not kept:
        raise SettingError(f"{joined.table.options.file}: no photograph here has a label")
    _refuse_alike(kept, labelled, str(joined.table.options.file))
    return kept


def _refuse_alike(people: Sequence[LabelledPerson], labelled: LabelledOutputs, where: str) -> None:
    """Refuse people of whom nothing can be told, since their labels are all the same."""
    alike = []
    for name, output in labelled.outputs.items():
        found = {each.truths[name] for each in people if name in each.truths}
        if len(found) > 1:
            return
        for value in found:
            word = output.classes[int(value)] if output.classes else f"{value:g}"
            alike.append(f"{name} is {word}")
    raise SettingError(
        f"{where}: of all {len(people)} people with a label, {' and '.join(alike)}: nothing can "
        "be settled on people who do not differ; add people with other labels"
    )


def eyes_known(photographs: Iterable[StudyPhotograph]) -> int:
    """How many photographs have an eye that a table, a name or the picture may tell."""
    return sum(isinstance(each.eye, Eye) or each.eye == DETECT for each in photographs)


def _shared_truth(
    values: Sequence[float | None], labelled: LabelledOutputs, name: str
) -> float | None:
    """What is true of a person: the mean of numbers, or the one class of all photographs."""
    known = [value for value in values if value is not None]
    if not known or (labelled.outputs[name].classes and len(set(known)) > 1):
        return None
    return float(np.mean(known))


def _shared(values: Sequence[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""


def with_told_eye(listing: PhotographList, joined: JoinedPhotograph) -> StudyPhotograph:
    """Give the photograph, with the eye that the labels tell where nothing else does."""
    listed = listing.photographs[joined.index]
    if isinstance(listed.eye, Eye) or joined.eye is None:
        return listed
    return replace(listed, eye=Eye(joined.eye, "list"))


def _mixed(key: str) -> bytes:
    return hashlib.sha256(ORDER + key.encode("utf-8", "surrogatepass")).digest()


def with_persons(joined: Joined, *, one_photograph_per_person: bool) -> Joined:
    """Give joined photographs whose persons are known, by statement each its own where none are.

    Raises:
        SettingError: nothing tells the persons, or they contradict the statement.
    """
    if one_photograph_per_person:
        if joined.has_persons and len(joined.persons) < len(joined.photographs):
            raise SettingError(
                f"--one-photograph-per-person: {len(joined.photographs)} photographs are of "
                f"{len(joined.persons)} persons; leave it out"
            )
        named = tuple(replace(each, person=each.name) for each in joined.photographs)
        return replace(joined, photographs=named, persons=tuple(each.name for each in named))
    if not joined.has_persons:
        raise SettingError(
            "nothing says whose eye each photograph shows, and two eyes of one person are not two "
            "people: name the column of the labels by --person, take names or folders by "
            "--persons, or say --one-photograph-per-person"
        )
    return joined


def _output(
    manifest: Manifest, name: str, spec: OutputSpec, classes: tuple[str, ...]
) -> EstimatedOutput:
    unit = spec.unit if spec.kind == "regression" else "probability"
    sha256 = manifest.weights.sha256 if manifest.weights else ""
    columns = (name,) if spec.kind != "categorical" else classes
    return EstimatedOutput(manifest.name, name, spec.kind, unit, classes, columns, sha256)


def _classes(
    name: str, spec: OutputSpec, table: LabelTable, orders: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    if spec.kind == "regression":
        return ()
    known = spec.labels if spec.kind == "binary" else spec.classes
    if known != UNKNOWN:
        return tuple(sorted(known)) if spec.kind == "categorical" else tuple(known)
    tried = orders.get(f"output.{name}.classes") or orders.get(f"output.{name}.labels")
    if tried:
        return tuple(sorted(word.strip() for word in tried[0].split(",")))
    found = _classes_in(table, name)
    if len(found) < 2:
        raise OutputError(
            f"{name}: nobody has said which labels it tells apart, and no column has them; name "
            f"it by --label {name}=COLUMN"
        )
    if spec.kind == "binary" and len(found) != 2:
        raise OutputError(f"{name}: tells two labels apart, and the table has {', '.join(found)}")
    return found


def _classes_in(table: LabelTable, name: str) -> tuple[str, ...]:
    """The labels that stand in the column of an output."""
    if name in table.options.labels:
        cells = [row.other[name] for row in table.rows]
    elif name == "sex" and table.has_sexes:
        return ("female", "male")
    else:
        cells = [row.groups.get(name, "") for row in table.rows]
    words = {cell.strip() for cell in cells}
    return tuple(sorted(word for word in words if plain_code(word) not in UNKNOWN_WORDS))
