"""Tables that name photographs, and lists that are none, as other programs write them."""

import pytest

from gantei.command_line import main
from gantei.errors import OutputError
from gantei.study.photograph_tables import photograph_table
from gantei.table_files.csv_reading import has_columns
from gantei.table_files.list_reading import read_table_file


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["photograph,eye", "1.png,up"], "line 2: 'up' is no side"),
        (["photograph,eye", ",left"], "line 2: names no photograph"),
        (["photograph,eye", "1.png"], "line 2: 1 cells under 2 columns"),
        (["photograph|eye", "1.png|left"], "called photograph; found: photograph|eye"),
        (["file,eye"], "needs one column called photograph"),
        (["photograph,eye,Eye"], "needs one column called eye"),
        (["photograph,eye,eye"], "line 1: two columns are called eye"),
        (["photograph,eye,", "1.png,R,x"], "line 2: column 3 holds something and has no name"),
        ([], "is empty"),
        (["photograph,eye", "x" * 200_000 + ",R"], "line 2: no CSV: field larger than"),
        (["photograph,eye," + "x" * 200_000], "line 1: no CSV: field larger than"),
        (["photograph,eye", '"1.png,R'], "line 2: no CSV: unexpected end"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(lines, what, tmp_path):
    path = tmp_path / "eyes.csv"
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(OutputError, match=what):
        table = read_table_file(str(path), expected=["photograph", "eye"])
        tuple(photograph_table(table, str(path)).rows)


def test_a_list_is_a_table_where_its_head_says_so():
    assert has_columns("\nPhotograph , age\na.jpg,R,50", ["photograph"])
    assert has_columns("photograph;eye\n", ["photograph"])
    assert not has_columns("photograph.jpg\neye.jpg", ["photograph"])
    assert not has_columns("", ["photograph"])


@pytest.mark.parametrize(
    "line",
    [
        "\0".join(f"folder/{number}.png" for number in range(20_000)),
        "folder/" * 30_000,
        '"' + "x" * 200_000,
        "photograph,eye," + "x" * 200_000,
    ],
)
def test_a_first_line_that_no_csv_has_is_a_line_of_a_list(line, make_estimator, tmp_path, capsys):
    listed, out = tmp_path / "list.txt", tmp_path / "results.csv"
    listed.write_text(line)
    words = ("--from", listed, "--with", make_estimator(), "--out", out)
    assert main(["predict", *map(str, words)]) == 2
    assert "a name has more than 8000 letters" in capsys.readouterr().err
