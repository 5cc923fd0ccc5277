"""What an adapted estimator and the one it was made from estimate, as reports name it."""

from gantei.catalogue.entries import Entry
from gantei.evaluation.evaluated_tables import EvaluatedFile
from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.label_table import LabelTable
from gantei.manifests.input_output import Regression
from gantei.manifests.output_kinds import output_classes
from gantei.pages.bilingual import Bilingual, class_of, in_both, name_of

from ..adapting.adapted_provenance import is_of_weights_file


def base_output(base: Entry) -> EstimatedOutput:
    """Give the output of the estimator that was begun from, for digests and citations."""
    sha256 = base.manifest.weights.sha256 if base.manifest.weights else ""
    (name, spec), *_ = base.manifest.output.items()
    unit = spec.unit if isinstance(spec, Regression) else "probability"
    classes = tuple(output_classes(spec))
    return EstimatedOutput(base.name, name, spec.kind, unit, classes, (), sha256)


def cited_outputs(base: Entry) -> list[EstimatedOutput]:
    """Give what a report cites of the base: nothing of one that was made for the moment.

    Such is the base of weights in a file, which `read_files` names.
    """
    return [] if is_of_weights_file(base) else [base_output(base)]


def read_files(base: Entry, table: LabelTable) -> list[EvaluatedFile]:
    """Name the files that were read, without their folders: labels, and weights in a file."""
    name = table.name.replace("\\", "/").rpartition("/")[2]
    source = base.manifest.source
    files = [EvaluatedFile("labels", name, table.sha256)]
    if is_of_weights_file(base):
        files.append(EvaluatedFile("weights", source.original_file, source.original_sha256))
    return files


def what_is_estimated(output: EstimatedOutput) -> Bilingual:
    """Say what a value is, with the order of the classes."""
    name = name_of(output)
    if output.kind == "regression":
        return in_both("{name} in {unit}", "{name}（{unit}）", name=name, unit=(
            output.unit, {"years": "歳"}.get(output.unit, output.unit)))  # fmt: skip
    classes = [class_of(output, place) for place in range(len(output.classes))]
    if output.kind == "binary":
        return in_both(
            "{name} as the probability of {one}, against {other}",
            "{name}（{other}に対する{one}の確率）", name=name, one=classes[1], other=classes[0],
        )  # fmt: skip
    every = ", ".join(each[0] for each in classes), "、".join(each[1] for each in classes)
    return in_both("{name} as a probability for each of {all}", "{name}（{all}の確率）",
                   name=name, all=every)  # fmt: skip
