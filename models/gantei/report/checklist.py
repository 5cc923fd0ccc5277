"""`checklist.csv`: which items of TRIPOD+AI a report answers, and where; the rest is said so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from ..evaluation.evaluation import Evaluation
from ..evaluation.evaluation_row import REST
from ..table_files.csv_writing import write_csv
from .tripod_items import TRIPOD_ITEMS, TripodItem

COLUMNS = ("item", "topic", "applies_to", "asks_for", "answered", "where", "what_is_missing")
NO, PARTLY, YES = "not answered", "partly", "answered"
NOT_HERE = "not applicable"
_DEVELOPMENT = "no model was developed here; the estimator's card has what its publisher states"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an item is answered, where, and what the authors have still to say."""

    answered: str
    where: str = ""
    missing: str = ""


def write_checklist(evaluation: Evaluation, file: IO[bytes]) -> None:
    """Write a row per item."""
    write_csv(COLUMNS, (_row(item, answer(evaluation, item)) for item in TRIPOD_ITEMS), file)


def answer(evaluation: Evaluation, item: TripodItem) -> Answer:
    """Say whether the report of this evaluation answers an item."""
    if item.number in _ANSWERS:
        return _ANSWERS[item.number](evaluation)
    if item.applies == "D":
        return Answer(NOT_HERE, "", _DEVELOPMENT)
    return Answer(NO)


def _row(item: TripodItem, said: Answer) -> list[str]:
    return [
        item.number, item.topic, item.applies, item.asks, said.answered, said.where, said.missing
    ]  # fmt: skip


def _always(answered: str, where: str, missing: str = "") -> Callable[[Evaluation], Answer]:
    return lambda _: Answer(answered, where, missing)


def _sample_size(evaluation: Evaluation) -> Answer:
    if evaluation.sample_sizes:
        missing = "how many people were planned for, and why"
        return Answer(PARTLY, "report.html#sample-size", missing)
    return Answer(NO, "", "give --sample-size a width of interval for the number of people")


def _clusters(where: str) -> Callable[[Evaluation], Answer]:
    def of(evaluation: Evaluation) -> Answer:
        if not evaluation.options.by:
            return Answer(NO, "", "give --by a column of sites or cameras")
        variables = ", ".join(evaluation.options.by)
        return Answer(PARTLY, where, f"whether {variables} are the clusters of this study")

    return of


def _fairness(evaluation: Evaluation) -> Answer:
    names = {each.partition(":")[0] for each in evaluation.options.by}
    if not names & {"age", "sex"}:
        return Answer(NO, "", "give --by age:10,sex or other groups of people")
    return Answer(PARTLY, "report.html (groups); metrics.csv", "why these groups")


def _performance(evaluation: Evaluation) -> Answer:
    where = "report.html#output-1 and following; metrics.csv"
    if not evaluation.has_persons:
        return Answer(PARTLY, where, "confidence intervals: name the persons (--person)")
    if not evaluation.options.by:
        return Answer(PARTLY, where, "groups of people (--by)")
    return Answer(YES, where)


def _measures(evaluation: Evaluation) -> Answer:
    compared = any(row.compared_with not in ("", REST) for row in evaluation.table)
    rest = "why these; comparisons that were meant" if not compared else "why these"
    return Answer(PARTLY, "report.html#methods; methods.md", rest)


_ANSWERS: dict[str, Callable[[Evaluation], Answer]] = {
    "7": _always(PARTLY, "report.html#left-out; the estimator's card (input and preprocessing)",
                 "quality checks beside gantei's findings"),
    "8a": _always(PARTLY, "report.html#participants", "how and when the labels were established"),
    "9b": _always(PARTLY, "report.html#methods; the estimator's card",
                  "cameras, fields and dilation"),
    "10": _sample_size,
    "11": _always(YES, "report.html#left-out; excluded.csv where something was left out"),
    "12d": _clusters("report.html#methods"),
    "12e": _measures,
    "12f": _always(YES, "report.html#methods"),
    "12g": _always(YES, "report.html#methods; report.html#files; metrics.json"),
    "13": _always(YES, "report.html#methods"),
    "14": _fairness,
    "18f": _always(YES, "report.html#cite"),
    "20a": _always(YES, "report.html#participants; figures/flow.svg"),
    "20b": _always(PARTLY, "report.html#participants",
                   "dates, diseases, cameras and other characteristics"),
    "21": _always(YES, "report.html#participants"),
    "23a": _performance,
    "23b": _clusters("report.html (groups); metrics.csv"),
    "24": _always(NOT_HERE, "report.html#methods", "no model was updated"),
    "26": _always(PARTLY, "report.html#limits", "the limits of how these people were found"),
}  # fmt: skip
"""Items that a report can answer; all others of an evaluation are the authors' to answer."""
