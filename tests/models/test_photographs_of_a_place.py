"""`gantei predict` and the other commands on photographs below an address."""

import csv
import json

import pytest

from gantei.command_line import main
from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.storage import given_places

from ..explained import explained_network
from .stored import PlaceInMemory
from .studies import NAMES, interrupted_after, rows, run

ADDRESS = "s3://eyes/study/"
SECRET = "c2VjcmV0"


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def place(photographs, monkeypatch):
    """The photographs of the fixture below an address of a store; the query strings it was told."""
    place = PlaceInMemory.of_folder(photographs, address=ADDRESS)

    def opened(address, *, queries=None, **_):
        shown = address.as_prefix().shown
        below = shown.removeprefix(ADDRESS) if shown.startswith(ADDRESS) else ""
        place.address, place.queries = shown, queries
        place.contents = {
            name.removeprefix(below): data
            for name, data in place.contents.items()
            if name.startswith(below)
        }
        return place

    monkeypatch.setattr(given_places, "place_of", opened)
    return place


def manifest_of(out):
    return json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))


def refused(capsys, *arguments):
    code = None
    try:
        code = main([*map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    return capsys.readouterr().err


def test_the_table_of_an_address_is_that_of_the_folder(place, photographs, age, tmp_path):
    of_folder, of_place = tmp_path / "folder.csv", tmp_path / "place.csv"
    assert run(photographs, "--with", age, "--out", of_folder) == 1
    assert run(ADDRESS, "--with", age, "--out", of_place) == 1
    assert of_place.read_bytes() == of_folder.read_bytes()
    skipped = [path.with_name(f"{path.name}.skipped.csv") for path in (of_folder, of_place)]
    assert skipped[0].read_bytes() == skipped[1].read_bytes()


def test_the_run_manifest_says_where_the_photographs_lie(place, age, tmp_path):
    run(ADDRESS, "--with", age, "--out", tmp_path / "t.csv")
    assert manifest_of(tmp_path / "t.csv")["place"] == ADDRESS


DAMAGED = "left/3.png"
"""It is read a second time, to see whether it is a DICOM file that names a person."""


def requests_for(*names):
    again = [("read", DAMAGED)] if DAMAGED in names else []
    return sorted([("list",), *again, *(("read", name) for name in names)])


def test_each_photograph_is_read_once_and_none_is_looked_up(place, age, tmp_path):
    run(ADDRESS, "--with", age, "--out", tmp_path / "t.csv")
    assert sorted(place.asked) == requests_for(*NAMES)


def test_maps_embeddings_and_columns_are_those_of_the_folder(
    place, photographs, age, tmp_path, monkeypatch
):
    for name, source in (("folder", photographs), ("place", ADDRESS)):
        folder = tmp_path / name
        folder.mkdir()
        run(source, "--with", age, "--out", folder / "t.csv", "--maps", folder / "maps",
            "--embeddings", folder / "v.npy")  # fmt: skip
    here, there = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.suffix in (".png", ".npy")
        }
        for folder in (tmp_path / "folder", tmp_path / "place")
    )
    assert len(here) == 6
    assert {*here} == {*there}
    assert here["v.npy"] == there["v.npy"]


@pytest.mark.parametrize("count", [1, 4])
def test_a_resumed_run_asks_for_no_finished_photograph(
    count, place, photographs, age, tmp_path, monkeypatch
):
    whole, out = tmp_path / "whole.csv", tmp_path / "t.csv"
    run(photographs, "--with", age, "--out", whole)
    interrupted_after(count, ADDRESS, age, out, monkeypatch)
    place.asked.clear()
    run(ADDRESS, "--with", age, "--out", out)
    assert sorted(place.asked) == requests_for(*NAMES[count:])
    assert manifest_of(out)["summary"]["resumed"] == count
    assert out.read_bytes() == whole.read_bytes()


def test_a_finished_table_is_known_again_by_the_list_alone(place, age, tmp_path):
    out = tmp_path / "t.csv"
    run(ADDRESS, "--with", age, "--out", out)
    place.asked.clear()
    assert run(ADDRESS, "--with", age, "--out", out) == 1
    assert place.asked == [("list",)]


def test_a_photograph_with_another_version_is_estimated_anew(place, age, tmp_path, monkeypatch):
    out = tmp_path / "t.csv"
    interrupted_after(4, ADDRESS, age, out, monkeypatch)
    place.contents[NAMES[2]] = place.contents[NAMES[3]]
    run(ADDRESS, "--with", age, "--out", out)
    assert manifest_of(out)["summary"]["resumed"] == 2


def test_rehash_reads_the_finished_ones_again(place, age, tmp_path, monkeypatch):
    out = tmp_path / "t.csv"
    interrupted_after(4, ADDRESS, age, out, monkeypatch)
    place.asked.clear()
    run(ADDRESS, "--with", age, "--out", out, "--rehash")
    assert len(place.asked) == 1 + len(NAMES)
    assert manifest_of(out)["summary"]["resumed"] == 4


def test_a_place_without_versions_is_read_again_by_a_resumed_run(place, age, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "version_of", lambda name: None)
    out = tmp_path / "t.csv"
    interrupted_after(4, ADDRESS, age, out, monkeypatch)
    run(ADDRESS, "--with", age, "--out", out)
    assert manifest_of(out)["summary"]["resumed"] == 4
    assert manifest_of(out)["stamps_sha256"] is None


def test_versions_of_a_list_are_asked_for_and_no_finished_photograph_is_read(
    place, age, tmp_path, monkeypatch
):
    listed, out = tmp_path / "list.txt", tmp_path / "t.csv"
    listed.write_text("\n".join(NAMES), "utf-8")
    given = (f"--root={ADDRESS}", "--from", listed)
    interrupted_after(4, given[0], age, out, monkeypatch, *given[1:])
    place.asked.clear()
    run(*given, "--with", age, "--out", out)
    assert {words for words in place.asked if words[0] == "read"} == {
        ("read", name) for name in NAMES[4:]
    }
    assert manifest_of(out)["summary"]["resumed"] == 4


@pytest.mark.parametrize(
    "outage",
    [Finding("stored-unreachable", seconds=30), Finding("stored-without-credentials")],
    ids=lambda each: each.code,
)
def test_rows_are_kept_while_the_store_cannot_be_asked(
    outage, place, age, tmp_path, monkeypatch, capsys
):
    listed, out = tmp_path / "list.txt", tmp_path / "t.csv"
    listed.write_text("\n".join(NAMES), "utf-8")
    given = (f"--root={ADDRESS}", "--from", listed)
    interrupted_after(4, given[0], age, out, monkeypatch, *given[1:])
    journal = out.with_name("t.csv.partial")
    before = journal.read_bytes()

    def unreachable(name):
        raise PhotographError(outage)

    with monkeypatch.context() as patch:
        patch.setattr(place, "version", unreachable)
        said = refused(capsys, "predict", *given, "--with", age, "--out", out)
    assert "run the same command again later" in said
    assert journal.read_bytes() == before
    run(*given, "--with", age, "--out", out)
    assert manifest_of(out)["summary"]["resumed"] == 4


def of_many(place, count):
    """Have so many photographs below the place, all of the same bytes."""
    picture = place.contents[NAMES[0]]
    place.contents = {f"{number:03}-left.png": picture for number in range(count)}
    return [*place.contents]


OUTAGE = PhotographError(Finding("stored-status", status=503))


@pytest.mark.parametrize("gone", [2, 30])
def test_a_store_that_answers_no_more_ends_the_run_and_what_is_finished_is_kept(
    gone, place, age, tmp_path, capsys, monkeypatch
):
    out, whole = tmp_path / "t.csv", tmp_path / "whole.csv"
    names = of_many(place, 50)
    run(ADDRESS, "--with", age, "--out", whole)
    read = place.read

    def read_until_gone(name, most):
        if names.index(name) >= gone:
            raise OUTAGE
        return read(name, most)

    with monkeypatch.context() as patch:
        patch.setattr(place, "read", read_until_gone)
        said = refused(capsys, "predict", ADDRESS, "--with", age, "--out", out)
    assert "20 photographs in a row could not be read" in said
    assert "status 503" in said
    assert "left.png" not in said
    assert not out.exists()
    place.asked.clear()
    assert run(ADDRESS, "--with", age, "--out", out) == 0
    assert ("read", names[gone - 1]) not in place.asked
    assert out.read_bytes() == whole.read_bytes()


def test_fewer_photographs_in_a_row_that_a_store_does_not_give_have_their_errors(
    place, age, tmp_path, monkeypatch
):
    names, out = of_many(place, 45), tmp_path / "t.csv"
    read = place.read

    def read_now_and_then(name, most):
        if names.index(name) % 20:
            raise OUTAGE
        return read(name, most)

    monkeypatch.setattr(place, "read", read_now_and_then)
    assert run(ADDRESS, "--with", age, "--out", out) == 1
    assert sum(bool(each["error"]) for each in rows(out)) == 42


def test_missing_photographs_end_no_run(place, age, tmp_path):
    listed, out = tmp_path / "list.txt", tmp_path / "t.csv"
    listed.write_text("".join(f"none-{number}.png\n" for number in range(30)), "utf-8")
    assert run(f"--root={ADDRESS}", "--from", listed, "--with", age, "--out", out) == 1
    assert len(rows(out)) == 30


def test_a_run_of_another_place_is_another_run(place, photographs, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(ADDRESS, "--with", age, "--out", out)
    said = refused(capsys, "predict", "s3://other/", "--with", age, "--out", out)
    assert "photographs lie in s3://eyes/study/, now in s3://other/" in said
    said = refused(capsys, "predict", photographs, "--with", age, "--out", out)
    assert "now in a folder" in said


def test_a_list_names_photographs_by_addresses_or_relative_to_the_root(place, age, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(
        f"photograph,person,eye\n{ADDRESS}left/1.png,ann,left\nright/0.png,ann,right\n", "utf-8"
    )
    out = tmp_path / "t.csv"
    assert run("--root", ADDRESS, "--from", listed, "--with", age, "--out", out) == 0
    found = [(each["photograph"], each["person"], each["eye"]) for each in rows(out)]
    assert found == [("left/1.png", "ann", "left"), ("right/0.png", "ann", "right")]
    assert ("list",) not in place.asked


def test_a_name_that_is_missing_has_a_row_that_says_so(place, age, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("left/1.png\nnone.png\n", "utf-8")
    out = tmp_path / "t.csv"
    assert run("--root", ADDRESS, "--from", listed, "--with", age, "--out", out) == 1
    assert [bool(each["error"]) for each in rows(out)] == [False, True]


@pytest.mark.parametrize(
    "line", [f"https://evil.example/{SECRET}?{SECRET}", "../left/1.png", "/etc/passwd",
             "file:///etc/passwd"]
)  # fmt: skip
def test_a_list_names_nothing_outside_of_the_place(line, place, age, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text(f"left/1.png\n{line}\n", "utf-8")
    out = tmp_path / "t.csv"
    said = refused(
        capsys, "predict", "--root", ADDRESS, "--from", listed, "--with", age, "--out", out
    )
    assert "list.txt: " in said
    assert f"?{SECRET}" not in said
    assert not out.exists()


def test_a_list_of_addresses_is_refused_where_no_place_was_given(age, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text(f"https://h/a.png?{SECRET}\n", "utf-8")
    said = refused(capsys, "predict", "--from", listed, "--with", age, "--out", tmp_path / "t.csv")
    assert "https://h/a.png" in said
    assert "--root" in said
    assert SECRET not in said


def written_below(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_signatures_reach_the_place_and_no_file_or_message(
    place, age, tmp_path, capsys, monkeypatch
):
    listed, out = tmp_path / "in" / "list.csv", tmp_path / "out" / "t.csv"
    listed.parent.mkdir()
    out.parent.mkdir()
    base = "https://eyes.example/study/"
    listed.write_text(
        f"photograph,eye,note\n{base}left/1.png?sig={SECRET}1,left,a\n"
        f"{base}left/3.png?sig={SECRET}3,left,b\n{base}none.png?sig={SECRET}4,left,c\n",
        "utf-8",
    )
    given = ("--root", f"{base}?sig={SECRET}", "--from", listed, "--with", age, "--out", out,
             "--maps", out.parent / "maps")  # fmt: skip
    assert run(*given) == 1
    assert place.queries == {
        "left/1.png": f"sig={SECRET}1",
        "left/3.png": f"sig={SECRET}3",
        "none.png": f"sig={SECRET}4",
    }
    assert SECRET.encode() not in written_below(out.parent)
    written = capsys.readouterr()
    assert SECRET not in written.err + written.out
    assert manifest_of(out)["place"] == base


def test_a_photograph_is_named_by_its_own_address(place, age, tmp_path):
    out = tmp_path / "t.csv"
    assert run(f"{ADDRESS}left/1.png", f"{ADDRESS}left/5.png", "--with", age, "--out", out) == 0
    assert place.address == f"{ADDRESS}left/"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("s3://a/", "s3://b/"), "one place"),
        (("s3://a/x/", "gs://a/x/"), "one place"),
        (("s3://a/", "folder"), "one place"),
        (("s3://a/", "zip://b.zip"), "zip://b.zip and s3://a/: "),
        (("zip://b.zip", "--root", "s3://a/"), "zip://b.zip and s3://a/: "),
        (("zip://a.zip", "--root", "zip://b.zip"), "leave --root out"),
        (("s3://a/", "--root", "folder"), "--root"),
        (("s3://a/x/", "--root", "s3://a/y/"), "does not lie below --root"),
        (("s3://a/data.tar",), "archives"),
        (("simplecache::s3://a/",), "chained"),
        (("memory://a/",), "is not read"),
        ((f"https://user:{SECRET}@h/",), "user"),
    ],
)
def test_what_is_no_single_place_is_refused(given, said, place, age, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    given = [tmp_path / each if each == "folder" else each for each in given]
    err = refused(capsys, "predict", *given, "--with", age, "--out", tmp_path / "t.csv")
    assert said in err
    assert SECRET not in err


def test_shards_of_an_address_merge_into_the_table_of_one_run(place, photographs, age, tmp_path):
    whole, merged = tmp_path / "whole.csv", tmp_path / "merged.csv"
    run(photographs, "--with", age, "--out", whole)
    shards = [tmp_path / f"s{number}.csv" for number in (1, 2)]
    for number, out in enumerate(shards, 1):
        run(ADDRESS, "--shard", f"{number}/2", "--with", age, "--out", out)
    assert main(["merge", *map(str, shards), "--out", str(merged)]) in (0, 1)
    assert merged.read_bytes() == whole.read_bytes()
    assert manifest_of(merged)["place"] == ADDRESS


def verified(capsys, *arguments):
    code = main(["verify-table", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_table_is_verified_against_the_address(place, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(ADDRESS, "--with", age, "--out", out)
    capsys.readouterr()
    assert verified(capsys, out, ADDRESS)[0] == 0
    place.contents[NAMES[0]] += b"\0"
    del place.contents[NAMES[4]]
    code, report = verified(capsys, out, ADDRESS)
    assert code == 1
    assert (report["changed"], report["missing"]) == ([NAMES[0]], [NAMES[4]])


def test_crops_draw_the_photographs_of_an_address(place, age, tmp_path, capsys):
    out = tmp_path / "sheet.html"
    assert main(["crops", ADDRESS, "--with", str(age), "--out", str(out)]) in (0, 1)
    assert out.stat().st_size > 1000


def test_an_anonymous_study_shows_neither_names_nor_their_digests(place, age, tmp_path):
    out, key = tmp_path / "out" / "t.csv", tmp_path / "key.csv"
    out.parent.mkdir()
    run(ADDRESS, "--with", age, "--out", out, "--anonymous", key)
    content = written_below(out.parent)
    assert b"left/1" not in content
    with key.open(newline="", encoding="utf-8-sig") as file:
        assert NAMES[0] in {cell for line in csv.reader(file) for cell in line}


def test_the_suggested_command_names_the_address(place, age, tmp_path, capsys):
    run(ADDRESS, "--with", age, "--out", tmp_path / "t.csv")
    assert f"--root {ADDRESS}" in capsys.readouterr().err


def test_tables_of_eyes_and_labels_may_have_signed_addresses_which_no_message_shows(
    place, age, tmp_path, capsys
):
    eyes, out = tmp_path / "eyes.csv", tmp_path / "t.csv"
    base = "https://eyes.example/study/"
    signed = [f"{base}{name}?sig={SECRET}" for name in (NAMES[0], "none.png")]
    eyes.write_text(f"photograph,eye\n{signed[0]},right\n{signed[1]},left\n", "utf-8")
    listed = tmp_path / "list.txt"
    listed.write_text(NAMES[0], "utf-8")
    run("--root", base, "--from", listed, "--eyes", eyes, "--with", age, "--out", out)
    assert [(each["eye"], each["eye_from"]) for each in rows(out)] == [("right", "stated")]
    said = capsys.readouterr().err
    assert f"such as {base}none.png" in said
    assert SECRET not in said
    pytest.importorskip("scipy")
    labels = tmp_path / "labels.csv"
    labels.write_text(f"photograph,age\n{signed[1]},50\n", "utf-8")
    said = refused(capsys, "evaluate", out, "--labels", labels, "--out", tmp_path / "report")
    assert "none.png" in said
    assert SECRET not in said


def test_estimates_of_photographs_below_an_address_are_evaluated(place, age, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    labels = tmp_path / "labels.csv"
    named = "".join(
        f"{ADDRESS}{name},{40 + number},p{number}\n" for number, name in enumerate(NAMES)
    )
    labels.write_text(f"photograph,age,person\n{named}", "utf-8")
    report = tmp_path / "report"
    given = (ADDRESS, "--with", age, "--labels", labels, "--out", report)
    assert main(["evaluate", *map(str, given)]) in (0, 1)
    assert len(rows(report / "results.csv")) == len(NAMES)
