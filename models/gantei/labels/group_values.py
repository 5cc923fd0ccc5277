"""Of each photograph the group of a variable: by its labels, its results, or how it looks."""

from collections.abc import Callable, Collection, Iterable

from ..errors import OutputError, SettingError
from ..photographs.path_spelling import one_spelling
from ..study.measure_columns import MEASURES
from ..table_files.list_reading import read_table_file
from .ages import number_of
from .joined_photograph import JoinedPhotograph
from .joining import Joined
from .label_table import LabelTable
from .results_table import ResultsTable
from .variables import GroupVariable

_Told = Callable[[JoinedPhotograph], tuple[str, str]]
"""Gives the value of a variable for a photograph, and where it stands."""
_MEASURED = frozenset(column.name for column in MEASURES)


def group_values(
    joined: Joined, by: Collection[str], without_age: Collection[str] = (), *, option: str = "--by"
) -> dict[str, list[str]]:
    """Give the group of each joined photograph, by the variables as they were asked for.

    A variable is `age:10` (by the true age), `sex`, `eye`, a column of the labels, else of the
    results, else of what the photographs look like (`<table>.photographs.csv`, such as `field`).
    Behind a colon stands how wide the groups of a number are.

    Args:
        joined: photographs with their labels.
        by: the variables.
        without_age: persons whose age is not known, whatever the labels say.
        option: that asked for the variables, for messages.

    Returns:
        For each variable a text for each photograph; empty where nothing tells.

    Raises:
        SettingError: a variable is none of all these; says which there are.
        OutputError: a value is no number, or what photographs look like cannot be read.
    """
    return {
        given: _groups(joined, joined.table.options.variable(given, option), without_age)
        for given in by
    }


def _groups(joined: Joined, variable: GroupVariable, without_age: Collection[str]) -> list[str]:
    if variable.name == "age":
        if not joined.table.has_ages:
            raise _unknown(joined, variable)
        return [
            ""
            if each.label.age is None or each.person in without_age
            else variable.group_of(each.label.age)
            for each in joined.photographs
        ]
    told = _told(joined, variable)
    if variable.width is None:
        return [one_spelling(told(each)[0]) for each in joined.photographs]
    found = []
    for each in joined.photographs:
        text, where = told(each)
        try:
            number = number_of(text)
        except SettingError as error:
            raise OutputError(
                f"{where}: {variable.option} {variable.given}: {error}; leave the width out, where "
                "each value is a group"
            ) from error
        found.append("" if number is None else variable.group_of(number))
    return found


def _told(joined: Joined, variable: GroupVariable) -> _Told:
    """What tells the value of a variable for a photograph."""
    wanted = variable.name.casefold()
    if wanted == "sex" and joined.table.has_sexes:
        return lambda each: (each.label.sex or "", each.label.where)
    if wanted == "eye":
        return lambda each: (each.eye or "", _row_of(joined, each))
    for column in joined.table.groups:
        if column.casefold() == wanted:
            return lambda each: (each.label.groups[column], each.label.where)
    first = joined.photographs[0].groups if joined.photographs else ()
    for column in first:
        if column.casefold() == wanted:
            return lambda each: (each.groups[column], _row_of(joined, each))
    if wanted in _MEASURED and joined.results is not None:
        measured = _measured(joined.results, variable, wanted)
        return lambda each: measured.get(each.name, ("", ""))
    raise _unknown(joined, variable)


def _row_of(joined: Joined, each: JoinedPhotograph) -> str:
    return joined.results.rows[each.index].where if joined.results else each.name


def _unknown(joined: Joined, variable: GroupVariable) -> SettingError:
    first = joined.photographs[0].groups if joined.photographs else ()
    measures = [column.name for column in MEASURES] if joined.results else []
    return unknown_variable(variable, joined.table, [*first, *measures])


def unknown_variable(
    variable: GroupVariable, table: LabelTable, of_photographs: Iterable[str]
) -> SettingError:
    """Say that nothing is called so, and what is: first what the labels know."""
    known = [*table.groups]
    known += ["age:10"] if table.has_ages else []
    known += ["sex"] if table.has_sexes else []
    known += ["eye"]
    rest = [each for each in dict.fromkeys(of_photographs) if each not in known]
    more = f"; and of each photograph: {', '.join(rest)}" if rest else ""
    return SettingError(
        f"{variable.option} {variable.given}: nothing is called so; known: {', '.join(known)}{more}"
    )


def _measured(
    results: ResultsTable, variable: GroupVariable, measure: str
) -> dict[str, tuple[str, str]]:
    """Read one measure of each photograph, and where, from what stands beside the table."""
    path = results.path.with_name(f"{results.path.name}.photographs.csv")
    if not path.is_file():
        raise OutputError(
            f"{path}: is not there, and has the {measure} of photographs, which {variable.option} "
            "asks for; gantei predict writes it beside the table"
        )
    table = read_table_file(str(path), expected=("photograph", measure))
    name, place = table.columns.index("photograph"), table.columns.index(measure)
    return {row.cells[name]: (row.cells[place], row.where) for row in table.rows}
