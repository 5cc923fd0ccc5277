"""What a run below an address asks of the store, and what is kept where it was interrupted."""

import pytest

from gantei.errors import PhotographError
from gantei.findings.finding import Finding

from ..explained import explained_network
from .below_address import ADDRESS
from .studies import NAMES, interrupted_after, manifest_of, refused, rows, run
from .verified import differing, told


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


DAMAGED = "left/3.png"
"""It is read a second time, to see whether it is a DICOM file that names a person."""


def listed_names(tmp_path):
    """A list of all names, so that the place is asked for each version."""
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(NAMES), "utf-8")
    return f"--root={ADDRESS}", "--from", listed


def requests_for(*names):
    again = [("read", DAMAGED)] if DAMAGED in names else []
    return sorted([("list",), *again, *(("read", name) for name in names)])


def test_each_photograph_is_read_once_and_none_is_looked_up(place, age, tmp_path):
    run(ADDRESS, "--with", age, "--out", tmp_path / "t.csv")
    assert sorted(place.asked) == requests_for(*NAMES)


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
    given, out = listed_names(tmp_path), tmp_path / "t.csv"
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
    given, out = listed_names(tmp_path), tmp_path / "t.csv"
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


def refuse(place, patch, *names):
    """Let the store refuse access to some photographs, or to all."""
    version, read = place.version, place.read

    def refusing(answer):
        def refuse_or_answer(name, *most):
            if not names or name in names:
                raise PhotographError(Finding("stored-refused"))
            return answer(name, *most)

        return refuse_or_answer

    patch.setattr(place, "version", refusing(version))
    patch.setattr(place, "read", refusing(read))


def test_rows_are_kept_where_access_to_their_photographs_was_withdrawn(
    place, age, tmp_path, monkeypatch, capsys
):
    given, out = listed_names(tmp_path), tmp_path / "t.csv"
    interrupted_after(4, given[0], age, out, monkeypatch, *given[1:])
    before = out.with_name("t.csv.partial").read_bytes()
    with monkeypatch.context() as patch:
        refuse(place, patch, NAMES[2])
        said = refused(capsys, "predict", *given, "--with", age, "--out", out)
    assert f"whether {NAMES[2]} has changed is not known: you may not read it" in said
    assert out.with_name("t.csv.partial").read_bytes() == before
    run(*given, "--with", age, "--out", out)
    assert manifest_of(out)["summary"]["resumed"] == 4


def test_a_photograph_that_could_never_be_read_holds_up_no_resumed_run(
    place, age, tmp_path, monkeypatch
):
    given, out = listed_names(tmp_path), tmp_path / "t.csv"
    refuse(place, monkeypatch, NAMES[2])
    interrupted_after(4, given[0], age, out, monkeypatch, *given[1:])
    assert run(*given, "--with", age, "--out", out) == 1
    assert manifest_of(out)["summary"]["resumed"] == 4
    assert rows(out)[2]["error_code"] == "stored-refused"


def test_of_a_finished_table_it_says_that_the_store_cannot_be_asked(
    place, age, tmp_path, monkeypatch, capsys
):
    given, out = listed_names(tmp_path), tmp_path / "t.csv"
    run(*given, "--with", age, "--out", out)
    for outage in (Finding("stored-unreachable", seconds=30), Finding("stored-refused")):
        with monkeypatch.context() as patch:

            def unanswered(name, *_, outage=outage):
                raise PhotographError(outage)

            patch.setattr(place, "version", unanswered)
            patch.setattr(place, "read", unanswered)
            said = refused(capsys, "predict", *given, "--with", age, "--out", out)
        assert "run the same command again later" in said
    assert run(*given, "--with", age, "--out", out) == 1


def test_a_photograph_that_may_not_be_read_is_not_called_missing(
    place, age, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "t.csv"
    run(ADDRESS, "--with", age, "--out", out)
    del place.contents[NAMES[4]]
    refuse(place, monkeypatch, NAMES[0])
    report = told(capsys, out, *listed_names(tmp_path))[1]
    assert differing(report) == {"missing": [NAMES[4]], "unreadable": [NAMES[0]]}


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
