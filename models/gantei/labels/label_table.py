"""A table of known ages, sexes and other labels: how it is read, and what it holds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..table_files.list_reading import read_table_file
from ..table_files.parquet_parts import table_sha256
from ..table_files.table_read import ReadTable
from ..table_files.text_lines import STANDARD_INPUT
from .gap_columns import refuse_gap_as_label
from .label_columns import USUAL, label_columns
from .label_rows import LabelRow, label_rows
from .sexes import sex_coding
from .variables import GroupVariable, variable_of


@dataclass(frozen=True)
class LabelOptions:
    """Which table has the labels, and what its columns mean.

    Columns are found in any case. Those that are not named are taken where they are there:
    `photograph`, `sha256`, `person`, `visit`, `eye`, `age` and `sex`.

    Attributes:
        file: .csv, .tsv, .xlsx, .parquet or .jsonl; `-` for standard input.
        person: the column that tells whose eye it is.
        age: the column of ages in years.
        sex: the column of sexes.
        visit: the column that tells the visits of a person apart; by days, it explains their ages.
            Without any a person has one visit.
        labels: of other outputs, by the name of the output, the column with the labels.
        by: variables of subgroups, such as `camera` or `age:10`.
        sex_coding: which sex a code stands for, as `1=male,0=female`, or a mapping.
        encoding: of a CSV without a byte order mark; None is UTF-8.
        photograph: the column that names the photograph.
        impossible_ages: whether a number beyond 0 to 130 years, such as a year of birth, is read
            as the age that is recorded, which a search for wrong records needs; else refused.

    >>> from gantei.labels.label_table import LabelOptions
    >>> LabelOptions("labels.csv", age="Age (years)", sex_coding="1=male,0=female").visit is None
    True
    """

    file: str
    person: str | None = None
    age: str | None = None
    sex: str | None = None
    visit: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    sex_coding: str | Mapping[str, str] | Mapping[int, str] | None = None
    encoding: str | None = None
    photograph: str | None = None
    impossible_ages: bool = False

    @property
    def named(self) -> dict[str, str | None]:
        """Which column is named by an option, by what it holds; None where none is."""
        return {
            "photograph": self.photograph,
            "person": self.person,
            "visit": self.visit,
            "age": self.age,
            "sex": self.sex,
        }

    def variable(self, given: str, option: str = "--by") -> GroupVariable:
        """Read a variable of subgroups; a column that is named as age or sex means that.

        Args:
            given: as it was asked for, such as `age:10`.
            option: that asked for it, for messages.

        Raises:
            SettingError: as `variable_of`.
        """
        return variable_of(given, age=self.age, sex=self.sex, option=option)


@dataclass(frozen=True)
class LabelTable:
    """The rows of a table of labels.

    Attributes:
        options: by which it was read.
        rows: in the order of the table.
        columns: their names, as they stand there.
        sha256: of the file; of what was read, where it came by standard input or from memory.
        by_person: whether a row is a person's, not a photograph's.
        has_persons, has_visits, has_eyes, has_ages, has_sexes: whether a column tells them.
        groups: the names of the columns that are no labels, by which subgroups may be formed.
    """

    options: LabelOptions
    rows: tuple[LabelRow, ...] = field(repr=False)
    columns: tuple[str, ...]
    sha256: str
    by_person: bool
    has_persons: bool
    has_visits: bool
    has_eyes: bool
    has_ages: bool
    has_sexes: bool
    groups: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the table is called in messages."""
        return "standard input" if self.options.file == STANDARD_INPUT else self.options.file


def read_labels(options: LabelOptions, table: ReadTable | None = None) -> LabelTable:
    r"""Read a table of labels.

    A row is a photograph's where a column names photographs or their `sha256`, else a person's.
    Sexes are understood as M and F, male and female, 男 and 女, 男性 and 女性, in any case and
    width; numbers only by a coding. Ages are numbers of years. An empty cell is unknown.

    Args:
        options: which table, and what its columns mean.
        table: what is read instead of the file, whose name then only stands in messages.

    Raises:
        OutputError: the file cannot be read, a column is missing, or a cell cannot be understood;
            says in which line, or which columns there are.
        SettingError: the coding of sexes, or a variable of subgroups, makes no sense, or a gap is
            named as a label.
        MissingExtraError: what its format needs is not installed.

    >>> from pathlib import Path
    >>> from gantei.labels.label_table import LabelOptions, read_labels
    >>> _ = Path("ages.csv").write_text("photograph,Age,sex,site\na.jpg,57,女,Kyoto\n", "utf-8")
    >>> (row,) = read_labels(LabelOptions("ages.csv")).rows
    >>> row.where, row.age, row.sex, row.groups
    ('ages.csv, line 2', 57.0, 'female', {'site': 'Kyoto'})
    """
    coding = sex_coding(options.sex_coding)
    for each in options.by:
        options.variable(each)
    named = options.named
    refuse_gap_as_label("--age", options.age)
    for output, column in options.labels.items():
        refuse_gap_as_label(f"--label {output}", column)
    telling = [*filter(None, named.values()), *options.labels.values(), *USUAL]
    in_memory = table is not None or options.file == STANDARD_INPUT
    if table is None:
        table = read_table_file(options.file, encoding=options.encoding, telling=telling)
    name = "standard input" if options.file == STANDARD_INPUT else options.file
    columns = label_columns(table.columns, name, named, options.labels)
    return LabelTable(
        options,
        label_rows(
            table.rows,
            columns,
            table.columns,
            coding,
            impossible_ages=options.impossible_ages,
        ),
        tuple(table.columns),
        _digest(table) if in_memory else table_sha256(Path(options.file)),
        by_person=columns.by_person,
        has_persons=columns.person is not None,
        has_visits=columns.visit is not None,
        has_eyes=columns.eye is not None,
        has_ages=columns.age is not None,
        has_sexes=columns.sex is not None,
        groups=tuple(columns.groups),
    )


def _digest(table: ReadTable) -> str:
    digest = hashlib.sha256()
    for cells in (table.columns, *(row.cells for row in table.rows)):
        digest.update(json.dumps([*cells]).encode() + b"\n")
    return digest.hexdigest()
