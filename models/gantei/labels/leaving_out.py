"""Which photographs are left once those without usable labels, and copies, are taken out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .exclusions import Exclusion
from .joined_photograph import JoinedPhotograph, joined_photograph, merged_label
from .label_rows import LabelRow
from .label_table import LabelTable
from .matching import Matches
from .person_checks import two_sexes
from .result_rows import ResultRow


@dataclass
class Sifted:
    """What is left, and what is not.

    Attributes:
        photographs: that are left.
        photograph_exclusions, row_exclusions: what was left out of the results and of the labels.
        errors: the codes of the errors of photographs that have labels.
    """

    photographs: list[JoinedPhotograph] = field(default_factory=list)
    photograph_exclusions: list[Exclusion] = field(default_factory=list)
    row_exclusions: list[Exclusion] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def leave_out(
        self, photograph: ResultRow | JoinedPhotograph, where: str, code: str, text: str
    ) -> None:
        """Note a photograph that is left out."""
        name = photograph.photograph if isinstance(photograph, ResultRow) else photograph.name
        self.photograph_exclusions.append(
            Exclusion(name, photograph.person or "", where, code, text)
        )

    def keep(self, reasons: Mapping[int, tuple[str, str]]) -> None:
        """Take out of what is left the photographs that have a reason, by their places: a code."""
        for each in self.photographs:
            if each.index in reasons:
                self.leave_out(each, each.label.where, *reasons[each.index])
        self.photographs = [each for each in self.photographs if each.index not in reasons]


def sifted(rows: Sequence[ResultRow], table: LabelTable, matches: Matches) -> Sifted:
    """Sift the photographs, and say of each row of labels what it is good for.

    Args:
        rows: the photographs.
        table: of labels.
        matches: which rows of labels each photograph has.
    """
    found = Sifted()
    used, contradicting = _with_labels(rows, table, matches, found)
    if any(each.person for each in found.photographs):
        found.keep(
            {
                each.index: ("no-person", f"nothing says whose eye {each.name} shows")
                for each in found.photographs
                if each.person is None
            }
        )
    found.keep(_copies(found.photographs))
    sexes = two_sexes((each.person, each.label) for each in found.photographs if each.person)
    found.keep(
        {
            each.index: ("two-sexes", sexes[each.person])
            for each in found.photographs
            if each.person in sexes
        }
    )
    found.row_exclusions += _unused_rows(table, matches, used, contradicting)
    return found


def _with_labels(
    rows: Sequence[ResultRow], table: LabelTable, matches: Matches, found: Sifted
) -> tuple[set[int], set[int]]:
    """Keep the photographs with labels and values; give the rows that are used, and contradict."""
    used: set[int] = set()
    contradicting: set[int] = set()
    by_labels = not table.by_person and any(row.person for row in table.rows)
    for number, (photograph, places) in enumerate(zip(rows, matches.rows, strict=True)):
        labels = [table.rows[place] for place in places]
        if not labels:
            _without_label(photograph, table, matches.other_file.get(number), found)
            continue
        label = merged_label(labels)
        if label is None:
            contradicting.update(places)
            sexes = {each.sex for each in labels if each.sex}
            code = "two-sexes" if table.by_person and len(sexes) > 1 else "labels-contradict"
            found.leave_out(photograph, labels[0].where, code, _contradiction(labels))
            continue
        used.add(places[0])
        if photograph.error_code:
            found.errors.append(photograph.error_code)
            text = f"it has the error {photograph.error_code} in the results"
            found.leave_out(photograph, photograph.where, "no-estimate", text)
            continue
        found.photographs.append(
            joined_photograph(number, photograph, label, person_of_labels=by_labels)
        )
    return used, contradicting


def _without_label(
    photograph: ResultRow, table: LabelTable, other: int | None, found: Sifted
) -> None:
    if other is not None:
        where = table.rows[other].where
        text = f"{where} names it, with the sha256 of another file"
        found.leave_out(photograph, where, "other-file", text)
        return
    text = f"no row of {table.name} is of it"
    if table.by_person and photograph.person is None:
        text = "nothing says whose eye it shows, and the labels are of persons"
    found.leave_out(photograph, photograph.where, "no-label-row", text)


def _copies(photographs: Sequence[JoinedPhotograph]) -> dict[int, tuple[str, str]]:
    by_digest: dict[str, list[JoinedPhotograph]] = {}
    for each in photographs:
        if each.sha256:
            by_digest.setdefault(each.sha256, []).append(each)
    reasons: dict[int, tuple[str, str]] = {}
    for same in by_digest.values():
        first, *others = same
        differing = next((each for each in others if not _alike(first, each)), None)
        if differing is not None:
            text = (
                f"{first.name} and {differing.name} are the same file, but their persons, eyes or "
                f"labels differ ({first.label.where}, {differing.label.where})"
            )
            reasons |= {each.index: ("copies-contradict", text) for each in same}
        else:
            text = f"it is the same file as {first.name}"
            reasons |= {each.index: ("same-file", text) for each in others}
    return reasons


def _alike(one: JoinedPhotograph, other: JoinedPhotograph) -> bool:
    mine, its = (
        (each.person, each.visit, each.label.age, each.label.sex, each.label.other)
        for each in (one, other)
    )
    return mine == its and (None in (one.eye, other.eye) or one.eye == other.eye)


def _unused_rows(
    table: LabelTable, matches: Matches, used: set[int], contradicting: set[int]
) -> Iterator[Exclusion]:
    matched = Counter(place for places in matches.rows for place in places)
    other_file = {*matches.other_file.values()}
    what = "person" if table.by_person else "photograph"
    for number, row in enumerate(table.rows):
        if number in used:
            continue
        if number in contradicting:
            code, text = "row-contradicts", f"it says other than another row of the same {what}"
        elif number in matched:
            code, text = "row-repeated", f"it says the same as another row of the same {what}"
        elif number in other_file:
            code, text = "row-of-other-file", "its sha256 is not that of the photograph it names"
        else:
            code, text = "no-photograph", f"no photograph in the results is of this {what}"
        name = (row.person if table.by_person else row.photograph) or ""
        yield Exclusion(name, row.person or "", row.where, code, text)


def _contradiction(labels: Sequence[LabelRow]) -> str:
    """Say in which rows labels of one photograph differ, and in what."""
    said: dict[str, dict[str, None]] = {}
    for each in labels:
        told = {"person": each.person, "visit": each.visit, "eye": each.eye, "sex": each.sex}
        told |= {"age": None if each.age is None else f"{each.age:g}", **each.other}
        for what, text in told.items():
            said.setdefault(what, {})[text or "unknown"] = None
    differing = (f"{what} {' or '.join(texts)}" for what, texts in said.items() if len(texts) > 1)
    return f"{_lines(labels)} say different things of it: {', '.join(differing)}"


def _lines(labels: Sequence[LabelRow]) -> str:
    wheres = [each.where for each in labels]
    return " and ".join(wheres[:2]) + (f" and {len(wheres) - 2} more" if len(wheres) > 2 else "")
