"""A study with --anonymous: nothing but its key tells a name, or lets one be guessed."""

import csv
import hashlib
import hmac
import json
import os
import shutil
import stat
import unicodedata

import pytest
from PIL import Image

from gantei.command_line import main
from gantei.errors import OutputError
from gantei.study import key_file

from ..conftest import made_picture
from ..explained import explained_network
from .studies import interrupted_after, rows, run

PATIENTS = ["山田太郎", "SatoHanako", "=cmd"]
SIDES = {"OD": "right", "OS": "left"}


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Photographs whose folders are patients, one of them broken; other files; a list of all."""
    monkeypatch.chdir(tmp_path)
    lines = ["photograph,person,ward"]
    for number, patient in enumerate(PATIENTS):
        folder = tmp_path / "photographs" / patient
        folder.mkdir(parents=True)
        for side in SIDES:
            Image.fromarray(made_picture(10 + number)).save(folder / f"{patient}_{side}.png")
            lines.append(f"photographs/{patient}/{patient}_{side}.png,{patient},7B")
        (folder / f"letter to {patient}.pdf").write_bytes(b"%PDF-1.7")
        shutil.copy(folder / f"{patient}_OD.png", folder / f"copy for {patient}.png")
    (tmp_path / "photographs/SatoHanako/SatoHanako_OS.png").write_bytes(b"broken")
    (tmp_path / "list.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "out").mkdir()
    return tmp_path


def key_of(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    names = {line["identifier"]: line["name"].removeprefix("'") for line in lines[1:]}
    assert lines[0]["kind"] == "secret"
    return bytes.fromhex(lines[0]["identifier"]), names


def telling(here):
    """What would tell a patient: names, and the digests of names and of files, in hex."""
    told = list(PATIENTS)
    for path in sorted((here / "photographs").rglob("*")):
        names = (path.name, path.relative_to(here / "photographs").as_posix())
        told += [hashlib.sha256(name.encode()).hexdigest() for name in names]
        if path.is_file():
            told.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return [word.encode() for word in told]


def assert_tells_nothing(here):
    words = telling(here)
    for path in (here / "out").rglob("*"):
        spelt = unicodedata.normalize("NFC", str(path.relative_to(here))).encode()
        content = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".parquet":  # compressed
            table = pytest.importorskip("pyarrow.parquet").read_table(path)
            content += str(table.to_pydict()).encode()
        assert [word for word in words if word in spelt + content] == [], path


def words(age, key="key.csv", out="out/t.csv", vectors="out/v.npy"):
    beside = ("--maps", "out/maps", "--embeddings", vectors)
    return ("photographs", "--from", "list.csv", "--with", age, "--anonymous", key, "--out", out,
            *beside)  # fmt: skip


def test_nothing_beside_the_key_tells_a_name_or_lets_it_be_guessed(here, age, capsys):
    assert run(*words(age)) == 1
    assert_tells_nothing(here)
    said = capsys.readouterr().err
    assert "columns of the list that are copied as they are: ward" in said
    secret, names = key_of(here / "key.csv")
    table = rows(here / "out/t.csv")
    assert [row["photograph"] for row in table] == sorted(row["photograph"] for row in table)
    for row in table:
        path = here / "photographs" / names[row["photograph"]]
        assert not row["eye"] or names[row["person"]] == path.parent.name
        assert row["eye"] == SIDES.get(path.stem[-2:], "")
        assert row["ward"] == ("7B" if row["eye"] else "")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert row["sha256"] == hmac.new(secret, digest.encode(), "sha256").hexdigest()
        assert bool(row["error"]) == (path.name == "SatoHanako_OS.png")
        assert not row["error"] or row["error"].startswith(row["photograph"])
    assert {names[row["person"]] for row in rows(here / "out/t.csv.persons.csv")} == {*PATIENTS}
    looks = rows(here / "out/t.csv.photographs.csv")
    assert [row["photograph"] for row in looks] == [row["photograph"] for row in table]
    skipped = [names[row["file"]] for row in rows(here / "out/t.csv.skipped.csv")]
    assert sorted(skipped) == sorted(f"{each}/letter to {each}.pdf" for each in PATIENTS)
    pictures = [path.name for path in (here / "out/maps").rglob("*.png")]
    good = [row["photograph"] for row in table if not row["error"]]
    assert sorted(pictures) == [f"{name}.made-age.png" for name in good]


def test_parquet_tells_nothing_either(here, age):
    pytest.importorskip("pyarrow")
    assert run(*words(age, out="out/t.parquet", vectors="out/v.parquet")) == 1
    assert_tells_nothing(here)


def test_identifiers_are_texts_to_a_spreadsheet_and_to_a_file_system(here, age):
    run(*words(age))
    _, names = key_of(here / "key.csv")
    for identifier in names:
        kind, _, letters = identifier.partition("-")
        assert kind in ("photograph", "person", "file")
        assert letters.isalnum() and letters == letters.lower() and len(letters) == 12


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_only_the_owner_can_read_the_key_and_one_that_others_can_is_refused(here, age, capsys):
    old = os.umask(0)
    try:
        run(*words(age))
    finally:
        os.umask(old)
    key = here / "key.csv"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o640)
    assert run(*words(age)) == 2
    assert "chmod 600" in capsys.readouterr().err


def test_the_same_command_finds_its_table_finished_and_changes_no_key(here, age):
    run(*words(age))
    before = (here / "key.csv").read_bytes(), (here / "out/t.csv").stat().st_mtime_ns
    assert run(*words(age)) == 1
    assert ((here / "key.csv").read_bytes(), (here / "out/t.csv").stat().st_mtime_ns) == before


def test_a_killed_run_tells_nothing_and_goes_on(here, age, monkeypatch):
    arguments = words(age)
    run(*words(age, out="out/whole.csv")[:-4])
    options = [*arguments[1:3], *arguments[5:7], *arguments[9:]]
    interrupted_after(4, "photographs", age, "out/t.csv", monkeypatch, *options)
    assert (here / "out/t.csv.partial").is_file()
    assert_tells_nothing(here)
    assert run(*arguments) == 1
    for name in ("", ".persons.csv", ".dictionary.csv"):
        whole, resumed = (here / f"out/{each}.csv{name}" for each in ("whole", "t"))
        assert resumed.read_bytes() == whole.read_bytes()
    told = json.loads((here / "out/t.csv.run.json").read_text("utf-8"))
    assert (told["anonymous"], told["summary"]["resumed"]) == (True, 4)


def test_photographs_that_come_later_are_added_and_no_identifier_changes(here, age):
    run(*words(age))
    _, before = key_of(here / "key.csv")
    Image.fromarray(made_picture(3)).save(here / "photographs/later.png")
    assert run(*words(age), "--overwrite") == 1
    _, after = key_of(here / "key.csv")
    assert before.items() < after.items()
    assert {*after.values()} - {*before.values()} == {"later.png"}


def test_two_tables_of_one_key_have_the_same_identifiers_and_of_two_keys_others(here, age):
    found = []
    for number, key in enumerate(["a.csv", "a.csv", "b.csv"]):
        run(*words(age, key, f"out/{number}.csv")[:-4])
        found.append({row["photograph"] for row in rows(here / f"out/{number}.csv")})
    assert found[0] == found[1]
    assert not found[0] & found[2]


def test_a_table_with_names_is_not_taken_for_the_anonymous_one(here, age, capsys):
    run(*(word for word in words(age)[:-4] if word not in ("--anonymous", "key.csv")))
    capsys.readouterr()
    assert run(*words(age)[:-4]) == 2
    assert "it was made without --anonymous" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        "precious,data\n1,2\n", "", "kind,identifier,name\n",
        "kind,identifier,name\nsecret,,\n", f"kind,identifier,name\nsecret,{'ab' * 31},\n",
    ],
)  # fmt: skip
def test_a_file_that_is_no_key_is_kept(content, here, age, capsys):
    (here / "key.csv").write_text(content)
    (here / "key.csv").chmod(0o600)
    assert run(*words(age)) == 2
    assert (here / "key.csv").read_text() == content
    assert run(*words(age, "key.txt")) == 2
    assert "a key is a .csv" in capsys.readouterr().err


SECRET_LINE = f"secret,{'0a' * 32},"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["secret,,"], "line 2: its secret is not 64 hexadecimal digits"),
        ([f"secret,{'0a' * 16},"], "line 2: its secret is not 64 hexadecimal digits"),
        ([SECRET_LINE, "secret,x,"], "line 3: there is no kind 'secret'"),
        ([SECRET_LINE, "photograph,person-a,1"], "line 3: 'person-a' is no identifier"),
        ([SECRET_LINE, "photograph,,1"], "line 3: '' is no identifier of a photograph"),
        ([SECRET_LINE, "file,file-a,1", "file,file-a,2"], "line 4: file-a stands for another"),
        ([SECRET_LINE, "file,file-a,1", "file,file-b,1"], "line 4: the same file has another"),
    ],
)
def test_a_key_that_was_changed_is_refused_with_its_line_and_kept(lines, said, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("\n".join(["kind,identifier,name", *lines]), "utf-8-sig")
    path.chmod(0o600)
    before = path.read_bytes()
    with pytest.raises(OutputError, match=f"k.csv, {said}"):
        key_file.open_key(path, [("file", "9")])
    assert path.read_bytes() == before


def test_a_key_that_lost_its_byte_order_mark_is_refused(tmp_path):
    path = tmp_path / "k.csv"
    key_file.open_key(path, [("photograph", "'=1.png")])
    path.write_bytes(path.read_bytes()[3:])
    with pytest.raises(OutputError, match=f"{path}: another program has saved this key"):
        key_file.open_key(path, [])


@pytest.mark.skipif(os.name != "posix", reason="links need rights there")
def test_a_key_that_is_a_link_stays_one(tmp_path):
    (tmp_path / "safe").mkdir()
    link, key = tmp_path / "k.csv", tmp_path / "safe/k.csv"
    link.symlink_to(key)  # the key is begun where it leads, too
    first = key_file.open_key(link, [("file", "1")])
    second = key_file.open_key(link, [("file", "2")])
    assert link.is_symlink() and not key.is_symlink()
    assert first.identifiers.items() < second.identifiers.items()
    assert first.secret == second.secret == key_of(key)[0]


@pytest.mark.parametrize("out", ["key.csv", "k.jsonl"])
def test_no_table_is_written_over_the_key(out, here, age, capsys):
    key = {"key.csv": "key.csv", "k.jsonl": "k.jsonl.dictionary.csv"}[out]
    run(*words(age, key))
    before = (here / key).read_bytes()
    assert run(*words(age, key, out)[:-4], "--overwrite") == 2
    assert "is read by --anonymous, and would be replaced" in capsys.readouterr().err
    assert (here / key).read_bytes() == before


def test_identifiers_never_meet(tmp_path, monkeypatch):
    drawn = iter("aabab" + "c" * 12)
    monkeypatch.setattr(key_file, "LENGTH", 1)
    monkeypatch.setattr(key_file.secrets, "choice", lambda letters: next(drawn))
    key = key_file.open_key(tmp_path / "k.csv", [("file", "1"), ("file", "2"), ("file", "3")])
    assert {*key.identifiers.values()} == {"file-a", "file-b", "file-c"}


def test_the_table_on_standard_output_tells_nothing_either(here, age, capfdbinary):
    assert run(*words(age, out="-")[:-4]) == 1
    out = capfdbinary.readouterr().out
    assert [word for word in telling(here) if word in out] == []


def test_a_photograph_with_the_same_bytes_is_told_by_its_identifier(here, age):
    run(*words(age))
    _, names = key_of(here / "key.csv")
    said = {
        names[row["photograph"]].rpartition("/")[0]: row["warnings"].partition(" as ")[2]
        for row in rows(here / "out/t.csv")
        if "same-file" in row["warning_codes"].split()
    }
    assert {folder: names[first.removesuffix(".")].rpartition("/")[0] for folder, first in
            said.items()} == {each: each for each in PATIENTS}  # fmt: skip


@pytest.mark.parametrize("ending", ["html", "png"])
def test_sheets_of_what_networks_see_have_the_identifiers(ending, here, age):
    words = ("photographs", "--with", str(age), "--anonymous", "key.csv")
    assert main(["crops", *words, "--out", f"out/sheet.{ending}"]) == 1
    assert_tells_nothing(here)
    _, names = key_of(here / "key.csv")
    if ending == "html":
        sheet = (here / "out/sheet.html").read_text("utf-8")
        photographs = [each for each in names if each.startswith("photograph-")]
        assert [each for each in photographs if each not in sheet] == []


def test_a_row_of_eyes_that_leads_to_no_photograph_is_counted_and_not_named(here, age, capsys):
    eyes = "photograph,eye\nphotographs/SatoHanako/SatoHanako_OD.png,R\nSatoGone.png,L\n"
    (here / "eyes.csv").write_text(eyes, "utf-8")
    run("photographs", "--with", age, "--anonymous", "key.csv", "--eyes", "eyes.csv",
        "--out", "out/t.csv")  # fmt: skip
    said = capsys.readouterr().err
    assert "rows that state the eye of no photograph here: 1\n" in said
    assert "Sato" not in said


def test_the_dictionary_says_what_the_identifiers_are(here, age):
    run(*words(age))
    meaning = {row["column"]: row["meaning"] for row in rows(here / "out/t.csv.dictionary.csv")}
    assert meaning["photograph"].startswith("random identifier")
    assert meaning["sha256"].startswith("HMAC-SHA-256")


def test_neither_the_key_nor_its_parts_print_themselves(here):
    key = key_file.open_key(here / "k.csv", [("photograph", "山田.png")])
    assert "山田" not in repr(key) and key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
