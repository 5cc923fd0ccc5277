"""Photographs joined with their labels; what cannot be joined is counted, and listed with why."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import OutputError, SettingError
from ..photographs.eyes import Eye
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.stored_photograph import PhotographPlace
from ..study.photograph_digests import digests_of
from ..study.read_back import is_identifier
from .exclusions import REASONS, Exclusion, counted_reasons
from .flow import Flow
from .joined_notes import almost, joined_notes
from .joined_photograph import JoinedPhotograph
from .label_rows import person_name
from .label_table import LabelTable
from .leaving_out import Sifted, sifted
from .matching import Matches, match_by_person, match_by_photograph
from .result_rows import BY_NAME, ResultRow
from .results_table import ResultsTable

__all__ = ["Flow", "Joined", "JoinedPhotograph", "join_listing", "join_results"]


@dataclass(frozen=True)
class Joined:
    """Photographs with their labels.

    Attributes:
        photographs: those that are left, in the order of the results or of the list.
        table: of labels.
        results: where they are rows of results; None where they are of a list.
        exclusions: everything that was left out, photographs first, then rows of labels.
        flow: how many of each.
        persons: whose photographs are left, in the order in which they are met; the numbers of
            persons in every cohort are places here. Empty where nothing tells persons.
    """

    photographs: tuple[JoinedPhotograph, ...] = field(repr=False)
    table: LabelTable
    results: ResultsTable | None
    exclusions: tuple[Exclusion, ...] = field(repr=False)
    flow: Flow
    persons: tuple[str, ...] = field(repr=False)

    @property
    def has_persons(self) -> bool:
        """Whether the person of each photograph is known."""
        return bool(self.persons)


def join_results(results: ResultsTable, table: LabelTable) -> Joined:
    """Put its labels to each row of a table of results.

    Where the labels have photographs, they are found by name, spelt as the results do or with a
    path before or cut off, and by sha256 where both have one; else by person. Persons are those of
    the labels, where these have any, else those of the results.

    Raises:
        OutputError: nothing matches, no photograph is left, or a name may be several photographs;
            says which line.
        SettingError: labels are named of an output that the results lack.

    >>> from pathlib import Path
    >>> from gantei.labels.joining import join_results
    >>> from gantei.labels.label_table import LabelOptions, read_labels
    >>> from gantei.labels.results_table import read_results
    >>> table = read_labels(LabelOptions("labels.csv"))
    >>> flow = join_results(read_results(Path("results.csv")), table).flow
    >>> flow.photographs, flow.joined, flow.people, flow.excluded, flow.unused
    (4, 3, 2, {'no-label-row': 1}, {})
    """
    _check_outputs(results, table)
    rows = results.rows
    if table.by_person:
        matches = match_by_person(rows, table)
    else:
        matches = match_by_photograph(rows, table, keyed=results.is_anonymous)
    notes = ["table-changed"] if results.is_changed else []
    notes += ["calibrated-columns"] if results.calibrations else []
    return _joined(rows, table, matches, results, notes)


def join_listing(listing: PhotographList, table: LabelTable) -> Joined:
    """Put its labels to each photograph of a list, whose files are read for their digests.

    Raises:
        OutputError: as `join_results`.

    >>> from pathlib import Path
    >>> from gantei.labels.joining import join_listing
    >>> from gantei.labels.label_table import LabelOptions, read_labels
    >>> from gantei.photographs.listing import list_photographs
    >>> listing = list_photographs([Path("photographs")])
    >>> found = join_listing(listing, read_labels(LabelOptions("labels.csv")))
    >>> [each.person for each in found.photographs], found.flow.excluded
    (['1', '2', '2'], {'no-label-row': 1})
    """
    found = zip(listing.photographs, digests_of(listing.photographs), strict=True)
    rows = tuple(_as_row(listed, listing.columns, each.sha256) for listed, each in found)
    if table.by_person:
        matches = match_by_person(rows, table, listed=True)
    else:
        paths: Sequence[PhotographPlace] = [each.source for each in listing.photographs]
        matches = match_by_photograph(rows, table, paths=paths, keyed=listing.anonymous)
    return _joined(rows, table, matches, None, [])


def check_persons(listing: PhotographList, table: LabelTable) -> None:
    """Refuse photographs whose rows in a table of persons cannot be found; reads no file.

    Raises:
        OutputError: nothing tells their persons or visits, or they are none of the table's.
    """
    rows = [_as_row(each, listing.columns, None) for each in listing.photographs]
    if not any(match_by_person(rows, table, listed=True).rows):
        raise OutputError(_nothing_matches(rows, table, "the list of photographs"))


def _check_outputs(results: ResultsTable, table: LabelTable) -> None:
    known = {name: None for each in results.outputs for name in (each.name, each.key)}
    if wrong := next((name for name in table.options.labels if name not in known), None):
        raise SettingError(
            f"--label {wrong}={table.options.labels[wrong]}: {results.path} has no output "
            f"{wrong}; known: {', '.join(known)}"
        )


def _as_row(listed: StudyPhotograph, columns: Sequence[str], sha256: str | None) -> ResultRow:
    return ResultRow(
        listed.name,
        listed.name,
        sha256,
        person_name(listed.person.name) if listed.person else None,
        listed.eye.side if isinstance(listed.eye, Eye) else None,
        (),
        "",
        {column: cell or "" for column, cell in zip(columns, listed.cells, strict=False)},
        listed.person is not None and listed.person.origin in BY_NAME,
    )


def _joined(
    rows: Sequence[ResultRow],
    table: LabelTable,
    matches: Matches,
    results: ResultsTable | None,
    notes: list[str],
) -> Joined:
    name = str(results.path) if results else "the list of photographs"
    if not any(matches.rows) and not matches.other_file:
        raise OutputError(_nothing_matches(rows, table, name))
    found = sifted(rows, table, matches)
    kept = found.photographs
    if not kept:
        reasons = counted_reasons(found.photograph_exclusions)
        raise OutputError(f"{name}: all {len(rows)} photographs are left out: {reasons}")
    if matches.by_end:
        notes.append("names-by-end")
    persons = tuple(dict.fromkeys(each.person for each in kept if each.person))
    told = {**dict.fromkeys(notes, ""), **joined_notes(rows, kept)}
    of_every_row = results.of_every_row if results else frozenset[str]()
    return Joined(
        tuple(kept), table, results, (*found.photograph_exclusions, *found.row_exclusions),
        _flow(rows, table, found, len(persons) or None, told, of_every_row), persons,
    )  # fmt: skip


def _flow(
    rows: Sequence[ResultRow],
    table: LabelTable,
    found: Sifted,
    people: int | None,
    notes: Mapping[str, str],
    of_every_row: Collection[str],
) -> Flow:
    excluded, unused = (
        _counts(exclusions) for exclusions in (found.photograph_exclusions, found.row_exclusions)
    )
    findings = Counter(
        code
        for each in found.photographs
        for code in {
            code.rpartition(":")[2] for code in rows[each.index].codes if code not in of_every_row
        }
    )
    return Flow(
        photographs=len(rows),
        labels=len(table.rows),
        excluded=excluded,
        joined=len(found.photographs),
        people=people,
        unused=unused,
        used=len(table.rows) - sum(unused.values()),
        findings=dict(sorted(findings.items(), key=lambda each: (-each[1], each[0]))),
        errors=dict(Counter(found.errors).most_common()),
        notes=tuple(notes),
        first={code: where for code, where in notes.items() if where},
    )


def _counts(exclusions: Iterable[Exclusion]) -> Mapping[str, int]:
    counts = Counter(each.code for each in exclusions)
    return {code: counts[code] for code in REASONS if counts[code]}


def _nothing_matches(rows: Sequence[ResultRow], table: LabelTable, name: str) -> str:
    if not table.rows:
        return f"{table.name}: has no rows below the names of its columns"
    what = "person" if table.by_person else "photograph"
    said = f"{table.name}: no row is of a {what} in {name}"
    mine = [each.photograph if what == "photograph" else each.person for each in rows]
    if any(is_identifier(each.photograph) for each in rows):
        return (
            f"{said}, whose names are random, as --anonymous makes them; put the identifiers of "
            f"its key into the column {what} of the labels"
        )
    its = [row.photograph if what == "photograph" else row.person for row in table.rows]
    spelt = {almost(each): each for each in mine if each}
    if other := next((each for each in its if each and almost(each) in spelt), None):
        return (
            f"{said}; {spelt[almost(other)]} there and {other} in the labels differ in zeros at "
            "the start, spaces or capitals alone. Spreadsheets drop such zeros: keep the column as "
            "text"
        )
    shown = f": the first there is {mine[0]}, and of the labels {its[0]}"
    return f"{said}{shown}" if mine[0] and its[0] else said
