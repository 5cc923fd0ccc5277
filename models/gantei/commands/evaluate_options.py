"""The options of `gantei evaluate` on labels and figures, and what they say in Python's terms."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..labels.label_table import LabelOptions

COLUMNS = ("photograph", "person", "visit", "age", "sex")
"""Options that name columns of the labels."""


def add_labels(parser: argparse.ArgumentParser, *, of_outputs: bool = True) -> None:
    """Add what says where the labels are, and which columns they have.

    `of_outputs` adds `--label`, which names the labels of outputs that are no age or sex.
    """
    labels = parser.add_argument_group("labels")
    labels.add_argument(
        "--labels",
        metavar="FILE",
        required=True,
        help="table (.csv, .tsv, .xlsx, .parquet) of known ages, sexes and other labels: a row per "
        "photograph (a column photograph or sha256), or per person",
    )
    for name, what in (
        ("photograph", "column that names the photograph; default: photograph, where there is "
         "one, else, without sha256, a row is a person's"),
        ("person", "column that says whose photograph it is; default: person, where there is one"),
        ("visit", "column that tells the visits of a person apart, best their dates; default: "
         "visit, where there is one, else each person has one visit"),
        ("age", "age in years; default: age"),
        ("sex", "sex, as male and female, M and F, 男 and 女, or as --sex-coding says; "
         "default: sex"),
    ):  # fmt: skip
        labels.add_argument(f"--{name}", metavar="COLUMN", help=what)
    if of_outputs:
        labels.add_argument(
            "--label",
            metavar="OUTPUT=COLUMN",
            action="append",
            default=[],
            help="the column with the labels of another output; repeat for more",
        )
    labels.add_argument(
        "--sex-coding",
        metavar="CODING",
        help="what codes for sex mean, such as 1=male,0=female; without it, codes are refused",
    )


def add_evaluation(parser: argparse.ArgumentParser) -> None:
    """Add what says which figures are computed."""
    figures = parser.add_argument_group("figures")
    figures.add_argument(
        "--by",
        metavar="VARIABLES",
        type=_names,
        default=[],
        action="extend",
        help="also evaluate groups, by columns of labels or results, with commas between: "
        "camera,eye,sex,age:10 (age:10 is by decades)",
    )
    figures.add_argument(
        "--threshold",
        metavar="RULE",
        default="0.5",
        help="probability from which an estimate counts as the second class: a number, youden, or "
        "sensitivity:0.95; the last two choose it on these people, which makes figures optimistic; "
        "default: 0.5",
    )
    figures.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="where no column tells persons: state that no two photographs are of the same person",
    )
    figures.add_argument(
        "--compare",
        metavar="NAME",
        nargs="+",
        default=[],
        help="estimators or outputs: compare the first with each of the others, on the same "
        "people; default: all that estimate the same",
    )
    figures.add_argument(
        "--sample-size",
        metavar="METRIC=WIDTH",
        action="append",
        default=[],
        help="say how many people an interval of that width needs, such as auc=0.04 or mae=0.5, "
        "with these as a pilot; repeat for more",
    )


def evaluate_arguments(chosen: argparse.Namespace) -> dict[str, Any]:
    """Give what `gantei.evaluate` takes beside the results.

    Raises:
        SettingError: an option cannot be read.
    """
    from ..evaluation.sample_size import checked_widths
    from ..evaluation.threshold import ThresholdRule

    ThresholdRule.of(chosen.threshold)  # before photographs are estimated
    return {
        "labels": chosen.labels,
        **{key: getattr(chosen, key) for key in COLUMNS},
        "sex_coding": chosen.sex_coding,
        "label": pairs_of("--label", chosen.label),
        "encoding": chosen.encoding,
        "by": chosen.by,
        "threshold": chosen.threshold,
        "one_photograph_per_person": chosen.one_photograph_per_person,
        "compare": chosen.compare,
        "sample_size": checked_widths(pairs_of("--sample-size", chosen.sample_size)),
    }


def label_options(chosen: argparse.Namespace) -> "LabelOptions":
    """Give what says where the labels are."""
    from ..labels.label_table import LabelOptions

    return LabelOptions(
        chosen.labels,
        *(chosen.person, chosen.age, chosen.sex, chosen.visit, pairs_of("--label", chosen.label)),
        *(tuple(chosen.by), chosen.sex_coding, chosen.encoding, chosen.photograph),
    )


def pairs_of(option: str, given: Iterable[str]) -> dict[str, str]:
    """Read `KEY=VALUE` of a repeated option.

    Raises:
        SettingError: one is none, or a key is there twice.
    """
    from ..errors import SettingError

    pairs: dict[str, str] = {}
    for each in given:
        key, sign, value = (part.strip() for part in each.partition("="))
        if not (key and sign and value):
            raise SettingError(f"{option} {each}: write it as KEY=VALUE")
        if key in pairs:
            raise SettingError(f"{option}: {key} is given twice")
        pairs[key] = value
    return pairs


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
