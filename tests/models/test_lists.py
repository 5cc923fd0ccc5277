"""Lists of photographs as people have them: encodings, kinds of files, spellings, roots."""

import codecs
import json
import os
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gantei.command_line import main
from gantei.errors import OutputError, SettingError
from gantei.photographs.path_spelling import printable, unescaped
from gantei.study.listed_photographs import told_line
from gantei.table_files.list_reading import read_table_file
from gantei.table_files.text_encoding import checked_encoding, decoded

from ..conftest import made_picture
from .lists import TABLE, as_parquet, as_text, as_workbook
from .studies import rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def eyes(tmp_path, monkeypatch):
    """Photographs in the working folder, of which one has a Japanese name."""
    monkeypatch.chdir(tmp_path)
    for name in ("右眼.png", "b.png"):
        path = tmp_path / "photographs" / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(made_picture(len(name))).save(path)
    return tmp_path


@pytest.mark.parametrize(
    ("encoding", "option"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", []),
        ("utf-32", []),
        ("cp932", ["--encoding", "cp932"]),
        ("utf-8-sig", ["--encoding", "cp932"]),
        ("utf-16-le", ["--encoding", "utf-16-le"]),
    ],
)
@pytest.mark.parametrize("head", ["", "photograph\r\n"])
def test_a_list_may_be_of_any_encoding_that_it_or_the_user_says(encoding, option, head, eyes, age):
    listed = f"{head}photographs/右眼.png\r\nphotographs/b.png\r\n"
    (eyes / "list.txt").write_bytes(listed.encode(encoding))
    assert run("--from", "list.txt", *option, "--with", age, "--out", "t.csv") == 0
    assert [row["photograph"] for row in rows(eyes / "t.csv")] == ["b.png", "右眼.png"]


def test_utf_16_of_either_byte_order_is_known_by_its_mark():
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        assert decoded(mark + "右".encode(encoding), "list.txt") == "右"


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        ("a\n右眼".encode("cp932"), None, "line 2, byte 3 of the file: not UTF-8; .* cp932"),
        (b"a\n\x81", None, "line 2, byte 3 of the file: not UTF-8; say what it is"),
        (b"\x81", "cp932", "line 1, byte 1 of the file: not CP932$"),
        (codecs.BOM_UTF16_LE + b"\0\xd8", "cp932", "not UTF-16$"),
        ("a.png\nb.png".encode("utf-16-le"), None, "null bytes, as in UTF-16 without"),
    ],
)
def test_what_cannot_be_decoded_says_where_and_what_to_try(data, encoding, said):
    with pytest.raises(OutputError, match=f"^list.txt.*{said}"):
        decoded(data, "list.txt", encoding)


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "rot13", "a\0b"])
def test_an_encoding_that_is_none_is_refused(encoding):
    with pytest.raises(SettingError, match="unknown; known are cp932"):
        checked_encoding(encoding)


@pytest.mark.parametrize("kind", ["csv", "semicolons.csv", "tsv", "xlsx", "parquet"])
def test_a_table_of_any_kind_brings_persons_eyes_and_further_columns(kind, eyes, age):
    data = {
        "csv": lambda: as_text(",").encode(),
        "semicolons.csv": lambda: as_text(";").encode("utf-8-sig"),
        "tsv": lambda: as_text("\t").encode("utf-16"),
        "xlsx": lambda: as_workbook(TABLE),
        "parquet": lambda: as_parquet(TABLE),
    }[kind]()
    (eyes / f"list.{kind}").write_bytes(data)
    assert run("--from", f"list.{kind}", "--with", age, "--out", "t.csv") == 0
    keys = ("photograph", "person", "person_from", "eye", "eye_from", "diagnosis", "visit")
    assert [tuple(row[key] for key in keys) for row in rows(eyes / "t.csv")] == [
        ("b.png", "007", "list", "", "", "", "2"),
        ("右眼.png", "山田", "list", "right", "list", "緑内障", "2026-01-02"),
    ]
    described = {row["column"]: row for row in rows(eyes / "t.csv.dictionary.csv")}
    assert described["diagnosis"]["meaning"] == (
        "the column diagnosis of the list (--from), as it stands there"
    )


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_cells_of_other_types_are_the_texts_of_a_csv(kind, eyes, age):
    from datetime import date, datetime

    head = ["photograph", "person", "day", "moment", "share", "yes", "n"]
    moment = datetime(2026, 1, 2, 3, 4, 5)
    line = ["photographs/b.png", 12.0, date(2026, 1, 2), moment, 0.25, True, None]
    data = (as_workbook if kind == "xlsx" else as_parquet)([head, line])
    (eyes / f"list.{kind}").write_bytes(data)
    assert run("--from", f"list.{kind}", "--with", age, "--out", "t.csv") == 0
    (row,) = rows(eyes / "t.csv")
    assert [row[key] for key in head[1:]] == [
        "12", "2026-01-02", "2026-01-02 03:04:05", "0.25", "TRUE", "",
    ]  # fmt: skip


def test_a_defused_name_in_a_list_is_the_file(eyes, age):
    (eyes / "photographs/b.png").rename(eyes / "=b.png")
    (eyes / "list.csv").write_text("photograph,note\n'=b.png,'+1\n", "utf-8-sig")
    assert run("--from", "list.csv", "--with", age, "--out", "t.csv", "--plain-csv") == 0
    (row,) = rows(eyes / "t.csv")
    assert (row["photograph"], row["note"]) == ("=b.png", "+1")


@pytest.mark.parametrize("out", ["t.csv", "-", "t.plain.csv", "t.xlsx", "t.parquet"])
def test_names_with_apostrophes_come_back_from_every_kind_of_table(out, eyes, age, capsysbinary):
    for package, ending in (("openpyxl", ".xlsx"), ("pyarrow", ".parquet")):
        if out.endswith(ending):
            pytest.importorskip(package)
    names = ["''=1.png", "'=1.png", "'x.png", "=1.png", "@b.png"]
    source = (eyes / "photographs/b.png").read_bytes()
    for number, name in enumerate(names):
        (eyes / "photographs" / name).write_bytes(source + bytes(number))
    options = ["--root", "photographs", "--with", age]
    plain = ["--plain-csv"] if "plain" in out else []
    assert run("photographs", *options, "--out", out, *plain) == 0
    if out == "-":
        (eyes / "stream.csv").write_bytes(capsysbinary.readouterr().out)
    table = read_table_file("stream.csv" if out == "-" else out)
    place = table.columns.index("photograph")
    assert [row.cells[place] for row in table.rows] == [*names, "b.png", "右眼.png"]
    sheet = ["crops", "--from", "stream.csv" if out == "-" else out, *map(str, options)]
    assert main([*sheet, "--out", "sheet.html"]) == 0
    assert b"7 photographs: 7 as" in capsysbinary.readouterr().err


def test_a_name_with_an_apostrophe_in_a_list_by_hand_is_that_file(eyes, age):
    (eyes / "photographs/b.png").rename(eyes / "'=b.png")
    (eyes / "list.csv").write_text("photograph,note\n'=b.png,'+1\n", "utf-8")
    assert run("--from", "list.csv", "--with", age, "--out", "t.csv", "--plain-csv") == 0
    (row,) = rows(eyes / "t.csv")
    assert (row["photograph"], row["note"]) == ("'=b.png", "'+1")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse some of these names")
def test_names_that_a_table_spells_with_escapes_are_found_again(eyes, age):
    names = [b"a\\b", b"a\nb", b"a\rb", b"a\tb", b"\\n", b"\xff", "\x85\\右\x1f".encode()]
    source = (eyes / "photographs/b.png").read_bytes()
    for number, name in enumerate(names):
        path = eyes / "photographs" / os.fsdecode(name + b".png")
        path.write_bytes(source + bytes(number))
    options = ("--root", "photographs", "--with", age)
    assert run("photographs", *options, "--out", "t.csv") == 0
    listed = [row["photograph"] for row in rows(eyes / "t.csv")]
    assert len(listed) == len(names) + 2
    (eyes / "list.csv").write_text("\n".join(["photograph", *listed]), "utf-8")
    assert run("--from", "list.csv", *options, "--out", "u.csv") == 0
    assert rows(eyes / "u.csv") == rows(eyes / "t.csv")


@given(st.text(st.sampled_from("\\nrtxu0d8ab\n\r\x85\udc80右") | st.characters()))
def test_every_name_is_told_from_its_spelling_with_escapes(name):
    assert unescaped(printable(name)) == name


def test_paths_of_windows_in_a_list_and_in_a_table_of_eyes_are_found(eyes, age):
    listed = "photograph\n.\\photographs\\右眼.png\nphotographs\\b.png\n"
    (eyes / "list.csv").write_text(listed, "utf-8")
    (eyes / "eyes.csv").write_text("photograph,eye\nphotographs\\b.png,左眼\n", "utf-8")
    words = ("--from", "list.csv", "--eyes", "eyes.csv", "--with", age, "--out", "t.csv")
    assert run(*words) == 0
    assert [(row["photograph"], row["eye"], row["error"]) for row in rows(eyes / "t.csv")] == [
        ("b.png", "left", ""),
        ("右眼.png", "right", ""),
    ]


def test_a_file_whose_name_looks_like_an_escape_is_preferred(eyes, age):
    source = (eyes / "photographs/b.png").read_bytes()
    for name in (r"a\\b.png", r"a\b.png"):
        (eyes / name).write_bytes(source)
    (eyes / "list.txt").write_text("a\\\\b.png\n", "utf-8")
    assert run("--from", "list.txt", "--with", age, "--out", "t.csv") == 0
    assert [row["photograph"] for row in rows(eyes / "t.csv")] == ["a" + 4 * "\\" + "b.png"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.txt", "b.png\n" + "x" * 8_001, "list.txt: a name has more than 8000 letters"),
        ("list.txt", "x\x9f" * 2_001, "which no file has; it begins x\\x9f"),
        ("list.csv", "photograph\n" + "x" * 8_001, "list.csv: a name has more than 8000"),
        ("list.csv", "photograph,n\nb.png," + "x" * 32_768, "line 2: the cell in column 2 has"),
        ("list.csv", "photograph," + "x" * 32_768, "line 1: the cell in column 2 has"),
        ("list.csv", "photograph,n\nb.png," + "x" * 131_073, "list.csv, line 2: "),
    ],
)
def test_what_is_too_long_to_be_read_again_is_refused_with_its_place(
    name, text, said, eyes, age, capsys
):
    (eyes / name).write_text(text, "utf-8")
    words = ("--from", name, "--with", age, "--anonymous", "key.csv", "--out", "t.csv")
    assert run(*words) == 2
    assert said in capsys.readouterr().err
    assert not (eyes / "key.csv").exists()


def test_the_longest_names_and_cells_that_are_taken_can_be_read_again(eyes, age):
    lines = f"photograph,n\n{'=' * 8_000},{'=' * 32_767}\n"
    (eyes / "list.csv").write_text(lines, "utf-8")
    words = ("--from", "list.csv", "--with", age)
    assert run(*words, "--out", "t.csv") == 1
    (row,) = read_table_file("t.csv").rows
    assert "=" * 32_767 in row.cells
    for number in range(2):
        assert run(*words, "--anonymous", "key.csv", "--out", f"{number}.csv") == 1
    assert rows(eyes / "0.csv") == rows(eyes / "1.csv")


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_names_are_compared_in_one_spelling(stored, eyes, age):
    name = "がんてい/É.png"
    path = eyes / "photographs" / unicodedata.normalize(stored, name)
    path.parent.mkdir()
    Image.fromarray(made_picture(3)).save(path)
    other = unicodedata.normalize({"NFC": "NFD", "NFD": "NFC"}[stored], name)
    lines = f"photograph,person\nphotographs/{name},a\nphotographs/{other},a\n"
    (eyes / "list.csv").write_text(lines, "utf-8")
    (eyes / "eyes.csv").write_text(f"photograph,eye\nphotographs/{other},R\n", "utf-8")
    words = ("--from", "list.csv", "--eyes", "eyes.csv", "--root", "photographs")
    assert run(*words, "--with", age, "--out", "t.csv") == 0
    (row,) = rows(eyes / "t.csv")
    assert unicodedata.normalize("NFC", row["photograph"]) == unicodedata.normalize("NFC", name)
    assert (row["person"], row["eye"]) == ("a", "right")


def test_shards_with_a_root_have_the_names_of_the_whole(photographs, age, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("photographs", "--with", age, "--out", "whole.csv")
    whole = rows(tmp_path / "whole.csv")
    parts = []
    for number, prefix in enumerate(("left", "right")):
        names = [f"photographs/{row['photograph']}" for row in whole]
        shard = [name for name in names if name.startswith(f"photographs/{prefix}")]
        (tmp_path / f"{number}.txt").write_text("\n".join(shard), "utf-8")
        words = ("--from", f"{number}.txt", "--root", "photographs", "--with", age)
        run(*words, "--out", f"{number}.csv")
        parts += rows(tmp_path / f"{number}.csv")
    assert parts == whole


def test_names_in_a_list_start_from_the_root_from_here_or_from_the_list(eyes, age):
    (eyes / "b.png").write_bytes(b"another file of that name")
    (eyes / "photographs/list.txt").write_text("b.png\n", "utf-8")
    words = ("--with", age, "--root", "photographs")
    assert run("--from", "photographs/list.txt", *words, "--out", "t.csv") == 0
    (eyes / "b.png").unlink()
    words = ("--with", age, "--from", "photographs/list.txt")
    assert run(*words, "--out", "u.csv") == 0
    assert rows(eyes / "t.csv") == rows(eyes / "u.csv")


def test_a_list_of_nothing_that_is_there_gives_rows_that_say_so(eyes, age):
    (eyes / "list.txt").write_text("gone/ü.png\nb/gone.png\n", "utf-8")
    assert run("--from", "list.txt", "--with", age, "--out", "t.csv") == 1
    assert [row["error_code"] for row in rows(eyes / "t.csv")] == ["unreadable-file"] * 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.csv", "photograph,sha256\nphotographs/b.png,1\n", "column sha256 has the name of"),
        ("list.csv", "photograph,Error\nphotographs/b.png,1\n", "column Error has the name of"),
        ("list.csv", "photograph,made-age.age\nphotographs/b.png,1\n", "made-age.age has the"),
        (
            "list.csv",
            "photograph,person\nphotographs/b.png,1\nphotographs/b.png,2\n",
            "list.csv, line 3: says something else of its photograph than line 2",
        ),
        ("list.csv", "photograph,person\nphotographs,1\n", "line 2: photographs is a folder"),
        ("list.csv", "file,person\nphotographs/b.png,1\n", "called photograph; found: file"),
        ("list.ods", "", ".ods is not read; save it as .xlsx"),
        ("list.xlsx", "no workbook", "no .xlsx workbook, damaged, or with a password"),
    ],
)
def test_a_list_that_says_what_cannot_be_is_refused_before_any_work(
    name, text, said, eyes, age, capsys
):
    if name.endswith(".xlsx"):
        pytest.importorskip("openpyxl")
    (eyes / name).write_text(text, "utf-8")
    assert run("--from", name, "--with", age, "--out", "t.csv") == 2
    assert said in capsys.readouterr().err
    assert not list(eyes.glob("t.csv*"))


def test_a_list_that_is_no_parquet_is_refused(eyes, age, capsys):
    pytest.importorskip("pyarrow")
    (eyes / "list.parquet").write_text("no parquet")
    assert run("--from", "list.parquet", "--with", age, "--out", "t.csv") == 2
    assert "cannot be read as Parquet" in capsys.readouterr().err


@pytest.mark.parametrize("root", ["nowhere", "photographs/sub"])
def test_a_root_that_does_not_hold_all_is_refused(root, eyes, age, capsys):
    (eyes / "photographs/sub").mkdir()
    assert run("photographs", "--root", root, "--with", age, "--out", "t.csv") == 2
    assert "--root" in capsys.readouterr().err


def test_a_list_in_parquet_with_vectors_says_which_column_to_leave_out(eyes, age, capsys):
    lines = [["photograph", "embedding"], ["photographs/b.png", [1.0, 2.0]]]
    (eyes / "list.parquet").write_bytes(as_parquet(lines))
    assert run("--from", "list.parquet", "--with", age, "--out", "t.csv") == 2
    assert "row 1: embedding holds list" in capsys.readouterr().err


def test_a_run_whose_list_says_other_things_now_is_another(eyes, age, capsys):
    path = eyes / "list.csv"
    path.write_text("photograph,person\nphotographs/b.png,1\n", "utf-8")
    words = ("--from", "list.csv", "--with", age, "--out", "t.csv")
    assert run(*words) == 0
    assert run(*words) == 0
    path.write_text("photograph,person\nphotographs/b.png,2\n", "utf-8")
    assert run(*words) == 2
    assert "persons or the list's columns are others" in capsys.readouterr().err


@given(st.text(), st.tuples(st.text(), st.text()), st.lists(st.none() | st.text()))
def test_what_a_list_says_of_a_photograph_is_digested_as_json_writes_it(name, person, cells):
    assert told_line(name, person, cells) == json.dumps([name, person, *cells]).encode() + b"\n"
