"""A table that is given in the place of photographs is told from them."""

import pytest

from gantei.errors import OutputError
from gantei.study.collecting import GivenPhotographs, collect


@pytest.mark.parametrize("name", ["list.csv", "list.TSV", "list.xlsx"])
def test_a_table_alone_is_refused_with_the_option_that_takes_it(tmp_path, name):
    path = tmp_path / name
    path.write_text("photograph\na.jpg\n", "utf-8")
    with pytest.raises(OutputError, match="is a table; for the photographs that it lists"):
        collect(GivenPhotographs([path]))


def test_a_table_among_photographs_has_a_row_of_its_own(tmp_path):
    paths = [tmp_path / "a.jpg", tmp_path / "list.csv"]
    for path in paths:
        path.touch()
    found = collect(GivenPhotographs(paths))
    assert [each.name for each in found.photographs] == ["a.jpg", "list.csv"]


def test_a_folder_named_as_tables_are_is_a_folder(tmp_path):
    folder = tmp_path / "results.parquet"
    folder.mkdir()
    (folder / "a.jpg").touch()
    assert [each.name for each in collect(GivenPhotographs([folder])).photographs] == ["a.jpg"]
