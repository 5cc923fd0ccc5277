"""The tables of an evaluation, read and joined: outputs, their cohorts, and who was left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import OutputError, SettingError
from ..labels.cohort import LEVELS, Cohort, Level
from ..labels.corrected_ages import refuse_corrected_ages
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import Exclusion, counted_reasons
from ..labels.flow import Flow
from ..labels.joining import Joined, join_results
from ..labels.label_table import LabelTable
from ..labels.results_table import ResultsTable, read_results
from ..labels.true_values import label_place
from ..labels.units_of import cohorts_of
from ..table_files.parquet_parts import table_sha256

CohortKey = tuple[str, Level]
"""The key of an output, such as `demo-sex.sex`, and a level."""


@dataclass(frozen=True)
class EvaluatedFile:
    """A file that was read.

    Attributes:
        role: `results` or `labels`; `weights` of a file that weights were taken from.
        name: of the file, without its folder.
        sha256: of its content.
        is_changed: of results, whether they are other than the run has written.
    """

    role: str
    name: str
    sha256: str
    is_changed: bool = False


@dataclass(frozen=True)
class EvaluatedTables:
    """What was read: see `Evaluation`, which has the same.

    `published` are the outputs under the names that their estimators have where they are published.
    """

    outputs: tuple[EstimatedOutput, ...]
    unlabelled: tuple[EstimatedOutput, ...]
    cohorts: Mapping[CohortKey, Cohort]
    flows: tuple[Flow, ...]
    exclusions: tuple[tuple[str, Exclusion], ...]
    files: tuple[EvaluatedFile, ...]
    has_persons: bool
    published: tuple[EstimatedOutput, ...]


def read_tables(
    results: Sequence[Path], table: LabelTable, *, one_photograph_per_person: bool
) -> EvaluatedTables:
    """Read results, and join them with labels.

    Outputs of two results that have one name get the name of their table before it, as
    `first:demo-sex.sex` of `first.csv`; that of its folder, where all tables are called the same.

    Args:
        results: tables of `gantei predict`; one at least.
        table: of labels.
        one_photograph_per_person: whether each photograph is another person's.

    Raises:
        OutputError, MissingExtraError: as `read_results` and `join_results`, nobody has labels
            that can be used, or ages are corrected by real ages already.
        SettingError: there is no table, no output has a label, or as `cohorts_of`.
    """
    if not results:
        raise SettingError("there is no table of results; give one that gantei predict wrote")
    read = [read_results(path, encoding=table.options.encoding) for path in results]
    joined = [join_results(each, table) for each in read]
    names = _names(read)
    cohorts: dict[CohortKey, Cohort] = {}
    outputs: list[EstimatedOutput] = []
    unlabelled: list[EstimatedOutput] = []
    published: list[EstimatedOutput] = []
    for place, each in enumerate(joined):
        for output in read[place].outputs:
            named = replace(output, estimator=names[place] + output.estimator)
            found = _cohorts(each, output, named, one_photograph_per_person)
            for cohort in found.values():
                refuse_corrected_ages(cohort, str(read[place].path))
            cohorts |= {(named.key, level): cohort for level, cohort in found.items()}
            (outputs if found else unlabelled).append(named)
            published += [output] if found else []
    if not outputs:
        raise SettingError(_nothing(read, table))
    if not any(len(cohort.units) for cohort in cohorts.values()):
        raise OutputError(_nobody(cohorts))
    return EvaluatedTables(
        tuple(outputs),
        tuple(unlabelled),
        cohorts,
        tuple(each.flow for each in joined),
        tuple(
            (one.path.name, out)
            for one, each in zip(read, joined, strict=True)
            for out in each.exclusions
        ),
        read_files(read, table),
        one_photograph_per_person or all(each.has_persons for each in joined),
        tuple(published),
    )  # fmt: skip


def _cohorts(
    joined: Joined, output: EstimatedOutput, named: EstimatedOutput, one_each: bool
) -> dict[Level, Cohort]:
    """Make the cohorts, also those without a unit; none where no labels are of the output."""
    try:
        label_place(joined.table, output)
    except OutputError:
        return {}
    # Without persons an eye and a visit are told by nothing either.
    levels: list[Level] = [*LEVELS] if joined.has_persons else ["photograph"]
    if not any(each.eye for each in joined.photographs) and "eye" in levels:
        levels.remove("eye")
    found = cohorts_of(
        joined,
        output,
        levels,
        joined.table.options.by,
        one_photograph_per_person=one_each,
    )
    return {level: replace(cohort, output=named) for level, cohort in found.items()}


def _names(read: Sequence[ResultsTable]) -> list[str]:
    """Give what stands before the estimators of each table: nothing where names tell them apart."""
    counts = Counter(key for table in read for key in {each.key for each in table.outputs})
    if max(counts.values(), default=1) == 1:
        return [""] * len(read)
    stems = [table.path.stem for table in read]
    folders = [table.path.resolve().parent.name for table in read]
    numbers = [str(number) for number in range(1, len(read) + 1)]
    names = next(each for each in (stems, folders, numbers) if len({*each}) == len(read))
    return [f"{name}:" for name in names]


def read_files(read: Sequence[ResultsTable], table: LabelTable) -> tuple[EvaluatedFile, ...]:
    """Tell which tables were read: those of results, then that of labels."""
    return (
        *(
            EvaluatedFile("results", each.path.name, table_sha256(each.path), each.is_changed)
            for each in read
        ),
        EvaluatedFile("labels", Path(table.name).name, table.sha256),
    )


def _nothing(read: Sequence[ResultsTable], table: LabelTable) -> str:
    known = ", ".join(dict.fromkeys(output.name for each in read for output in each.outputs))
    said = f"{table.name}: says nothing of what was estimated ({known})"
    if any(table.sha256 == table_sha256(each.path) for each in read):
        return f"{said}, as it is the table of results itself; give the table of labels"
    return f"{said}; name the columns by --age, --sex or --label OUTPUT=COLUMN"


def _nobody(cohorts: Mapping[CohortKey, Cohort]) -> str:
    return "; ".join(
        f"{key}: nobody is left: {counted_reasons(cohort.exclusions)}"
        for (key, level), cohort in cohorts.items()
        if level == "photograph"
    )
