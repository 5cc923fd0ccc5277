"""What is asked of `gantei gap`, checked as far as it can be before any table is read."""

from dataclasses import dataclass

from ..errors import SettingError
from ..labels.gap_columns import is_gap
from ..labels.label_table import LabelOptions
from ..statistics.draws import DRAWS
from .gap_refusals import CALIBRATED, refuse_calibrated

REFERENCE, CASES = "reference", "cases"
"""The group of a table `--reference`, and of the results where nothing else forms groups."""
EVERYBODY = frozenset({"all", "everybody", "everyone", "*", "全員", "全体"})


@dataclass(frozen=True, slots=True)
class GapOptions:
    """What is asked for.

    Attributes:
        group: column, or number in steps, that forms groups; empty: none.
        reference_group: the group that the others are compared with; empty: that of the table
            `--reference`, if there is one.
        covariates: columns that the model holds constant.
        output: the key of the age, such as `demo-age.age`; empty: the only one.
        draws: of persons.
    """

    group: str = ""
    reference_group: str = ""
    covariates: tuple[str, ...] = ()
    output: str = ""
    draws: int = DRAWS


def check_options(options: GapOptions, labels: LabelOptions, *, has_reference: bool) -> None:
    """Refuse what contradicts itself, or what makes no gap.

    Args:
        options: what is asked for.
        labels: which columns the labels have.
        has_reference: whether there is a table of results of reference people.

    Raises:
        SettingError: says what to do instead.
    """
    refuse_calibrated("--output", options.output)
    for option, column in labels.named.items():
        refuse_calibrated(f"--{option}", column or "")
    for output, column in labels.labels.items():
        refuse_calibrated(f"--label {output}", column)
    if options.reference_group and has_reference:
        raise SettingError(
            "--reference-group: the people of --reference are the reference; leave one of both out"
        )
    if options.reference_group and not options.group:
        raise SettingError(
            f"--reference-group {options.reference_group}: name the column of groups by --group"
        )
    _check_columns(options)


def _check_columns(options: GapOptions) -> None:
    for option, names in (("--group", (options.group,)), ("--covariates", options.covariates)):
        for name in filter(None, names):
            _check_column(option, name)
    for name in options.covariates:
        if options.covariates.count(name) > 1:
            raise SettingError(f"--covariates: {name} is given twice")
        if name.casefold() == options.group.casefold():
            raise SettingError(f"--covariates {name}: forms the groups already; leave it out")


def _check_column(option: str, name: str) -> None:
    if name.partition(":")[0].strip().casefold() == "age":
        raise SettingError(
            f"{option} {name}: real age and its square are in the model already; leave it out"
        )
    if name.partition(":")[0].strip().casefold() == "eye":
        raise SettingError(
            f"{option} {name}: the eyes of a person are averaged, and compared by themselves; "
            "leave it out"
        )
    if is_gap(name) or name.casefold().endswith(CALIBRATED):
        raise SettingError(
            f"{option} {name}: is made of the estimates themselves, and cannot explain them; leave "
            "it out"
        )
