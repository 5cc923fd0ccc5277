"""Who is in no comparison, and why: no group, or a covariate that is missing."""

from collections.abc import Iterator, Sequence

from ..evaluation.excluded_units import EXCLUSION_COLUMNS, RESULTS_COLUMN
from ..labels.exclusions import Exclusion
from ..study.leading_columns import Column
from .covariates import Covariate
from .gap_rows import GapPeople, PersonVisit
from .gap_tables import GapTable

LEFT_OUT_COLUMNS = (
    RESULTS_COLUMN,
    Column(
        "left_out_of",
        "text",
        "which figures it is in no part of: photograph: all; eye: those of eyes; person: those of "
        "persons; model: the comparison of the groups; empty: everything",
        "除外された集計：photograph はすべて、eye は眼ごと、person は対象者ごと、model は群の比較。"
        "空欄はすべて",
        range="photograph, eye, person, model",
    ),
    *EXCLUSION_COLUMNS,
)
MODEL = "model"


def model_exclusions(
    tables: Sequence[GapTable], people: GapPeople, covariates: Sequence[Covariate], group: str
) -> Iterator[tuple[str, Exclusion]]:
    """Give the rows that are not in the model, with the name of their table.

    Args:
        tables: of results, with their labels.
        people: whose compared rows these are.
        covariates: of these rows.
        group: the column that forms groups, for messages.
    """
    rows, several = people.compared_rows, people.several[people.level]
    for place, visit in enumerate(rows.visits):
        code, text = "", ""
        if people.groups and not rows.groups[place]:
            differ = bool(several[place])
            code = "groups-differ" if differ else "no-group"
            what = "says different things of its photographs" if differ else "is empty"
            text = f"{group} {what}"
        elif lacking := [each.name for each in covariates if each.values[place] is None]:
            code = "no-covariate"
            text = f"{', '.join(lacking)} is empty or unknown"
        if code:
            table, eye = str(rows.tables[place]), rows.eyes[place]
            name = ", ".join(filter(None, (*visit, eye)))
            yield table, Exclusion(name, visit[0], _where(tables, table, visit, eye), code, text)


def _where(tables: Sequence[GapTable], name: str, visit: PersonVisit, eye: str) -> str:
    table = next(each for each in tables if each.name == name and visit in each.shown)
    shown = [each for each in table.shown[visit] if eye in ("", each.eye)]
    return shown[0].label.where


def left_out_rows(
    of_tables: Sequence[tuple[str, str, Exclusion]], of_model: Sequence[tuple[str, Exclusion]]
) -> Iterator[list[str | None]]:
    """Lay out what was left out, by the columns.

    Args:
        of_tables: table, level and exclusion.
        of_model: table and exclusion.
    """
    every = [*of_tables, *((table, MODEL, each) for table, each in of_model)]
    for table, level, each in every:
        cells = (table, level, each.name, each.person, each.where, each.code, each.reason(),
                 each.reason("ja"), each.text)  # fmt: skip
        yield [cell or None for cell in cells]
