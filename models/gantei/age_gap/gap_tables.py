"""Results and labels of a gap, read and joined: who is there, and who was left out."""

from dataclasses import dataclass, field
from pathlib import Path

from ..calibrations.calibration import Calibration
from ..errors import OutputError, SettingError
from ..evaluation.evaluated_tables import EvaluatedFile
from ..labels.cohort import LEVELS, Cohort, Level
from ..labels.corrected_ages import refuse_corrected_ages
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import REASONS, Exclusion, counted_reasons
from ..labels.joined_photograph import JoinedPhotograph
from ..labels.joining import Joined, join_results
from ..labels.label_table import LabelTable
from ..labels.results_table import ResultsTable, read_results
from ..labels.true_values import label_place
from ..labels.units_of import cohorts_of
from ..table_files.parquet_parts import table_sha256
from .gap_refusals import age_output, refuse_same_people, refuse_without_ages
from .gap_rows import GapRows, PersonVisit, joined_rows, rows_of_cohort


@dataclass(frozen=True)
class GapTable:
    """One table of results with its labels.

    Attributes:
        results: as read.
        joined: with labels.
        output: the age.
        cohorts: by level.
        shown: which eyes and photographs each visit is made of, by person and visit.
    """

    results: ResultsTable = field(repr=False)
    joined: Joined = field(repr=False)
    output: EstimatedOutput
    cohorts: dict[Level, Cohort] = field(repr=False)
    shown: dict[PersonVisit, list[JoinedPhotograph]] = field(repr=False)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.results.path.name

    def rows(self, level: Level) -> GapRows:
        """Give the rows of a level; none where no eye is known."""
        cohort = self.cohorts[level]
        if level == "photograph":
            every = {each.name: each for photos in self.shown.values() for each in photos}
            of = [every[key[0]] for key in cohort.keys]
            return rows_of_cohort(
                cohort,
                "photograph",
                tuple((each.person or "", each.visit) for each in of),
                tuple(each.eye or "" for each in of),
                self.name,
            )
        visits = tuple((key[0], key[1]) for key in cohort.keys)
        eyes = tuple(key[2] for key in cohort.keys)
        return rows_of_cohort(cohort, "eye" if level == "eye" else "visit", visits, eyes, self.name)

    def exclusions(self) -> tuple[tuple[str, Exclusion], ...]:
        """Give what was left out, with the level from which on; empty: of all figures.

        Where no eye is known at all, nothing is left out of figures per eye: there are none.
        """
        found = dict.fromkeys(self.joined.exclusions, "")
        has_eyes = any(each.eye for each in self.joined.photographs)
        for level, cohort in self.cohorts.items():
            if level == "eye" and not has_eyes:
                continue
            for each in cohort.exclusions:
                found.setdefault(each, level)
        return tuple((level, each) for each, level in found.items())


def read_gap_table(path: Path, labels: LabelTable, asked: str) -> GapTable:
    """Read results, and join them with labels.

    Args:
        path: of the table of results.
        labels: the table of labels.
        asked: key of the age; empty: the only one.

    Raises:
        OutputError, MissingExtraError: as `read_results` and `join_results`, nobody has a real
            age, nothing tells the persons, or the estimates are corrected by real age already.
        SettingError: there is no age to make a gap of.
    """
    refuse_without_ages(labels)
    results = read_results(path, encoding=labels.options.encoding)
    output = age_output(results, asked)
    label_place(labels, output)
    joined = join_results(results, labels)
    if not joined.has_persons:
        raise SettingError(
            f"{labels.name}: nothing says whose photograph each is, and two eyes are not two "
            "people; name the column of persons by --person"
        )
    cohorts = cohorts_of(joined, output, LEVELS)
    if not len(cohorts["person"].units):
        reasons = counted_reasons(cohorts["photograph"].exclusions)
        raise OutputError(f"{path}: nobody is left: {reasons}")
    for cohort in cohorts.values():
        refuse_corrected_ages(cohort, str(path))
    return GapTable(results, joined, output, cohorts, _shown(joined))


def _shown(joined: Joined) -> dict[PersonVisit, list[JoinedPhotograph]]:
    """Give the photographs of each visit, also of those that are in no mean."""
    found: dict[PersonVisit, list[JoinedPhotograph]] = {}
    for each in joined.photographs:
        found.setdefault((each.person or "", each.visit), []).append(each)
    return found


def used_photographs(table: GapTable) -> dict[PersonVisit, list[JoinedPhotograph]]:
    """Give the photographs that each visit's mean is of: those of known eyes, where there are."""
    excluded = {each.name for each in table.cohorts["person"].exclusions}
    found = {}
    for key in table.cohorts["person"].keys:
        every = [each for each in table.shown[key[0], key[1]] if each.name not in excluded]
        known = [each for each in every if each.eye]
        found[key[0], key[1]] = known or every
    return found


def both_rows(tables: list[GapTable], level: Level) -> GapRows:
    """Give the rows of a level of all tables; persons of the second begin after the first's."""
    first = tables[0].rows(level)
    if len(tables) == 1:
        return first
    return joined_rows(first, tables[1].rows(level), len(tables[0].joined.persons))


def check_reference(results: GapTable, reference: GapTable) -> None:
    """Refuse a reference of the same people, or of another network.

    Raises:
        SettingError: it is one.
    """
    name = str(reference.results.path)
    refuse_same_people(results.joined.persons, reference.joined.persons, name)
    if results.output.weights_sha256 != reference.output.weights_sha256:
        raise SettingError(
            f"--reference {name}: its {reference.output.key} is by other weights "
            f"({reference.output.weights_sha256[:12]}…) than that of the results "
            f"({results.output.weights_sha256[:12]}…); estimate both with the same estimator"
        )


def calibrations_of(tables: list[GapTable]) -> tuple[Calibration, ...]:
    """Give the calibrations of the estimator that the results carry, each once."""
    found: dict[str, Calibration] = {}
    for each in tables:
        calibration = each.results.calibrations.get(each.output.estimator)
        if calibration is not None:
            found.setdefault(calibration.site, calibration)
    return tuple(found.values())


def left_out_of(tables: list[GapTable]) -> tuple[tuple[str, str, Exclusion], ...]:
    """Give table, level and exclusion of all that was left out.

    A row of labels that both tables share is used where one of them has its photograph.
    """
    every = [(each.name, level, one) for each in tables for level, one in each.exclusions()]
    if len({each.joined.table.sha256 for each in tables}) == len(tables):
        return tuple(every)
    unused = set.intersection(*({*each.joined.exclusions} for each in tables))
    rows = dict.fromkeys(one for *_, one in every if REASONS[one.code].what == "label")
    kept = [each for each in every if each[2] not in rows]
    return (*kept, *((tables[0].name, "", one) for one in rows if one in unused))


def gap_files(tables: list[GapTable], labels: list[LabelTable]) -> tuple[EvaluatedFile, ...]:
    """Give what was read."""
    roles = ("results", "reference")
    found = [
        EvaluatedFile(role, each.name, table_sha256(each.results.path), each.results.is_changed)
        for role, each in zip(roles, tables, strict=False)
    ]
    told = dict.fromkeys((Path(each.name).name, each.sha256) for each in labels)
    return (*found, *(EvaluatedFile("labels", name, digest) for name, digest in told))
