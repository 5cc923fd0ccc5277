"""`gantei.check_records`: what is planted stands first, what contradicts itself stands apart."""

import csv

import pytest

import gantei
from gantei.errors import OutputError, SettingError
from gantei.records.records_check import check_records
from gantei.records.records_report import age_sentence, cautions_of, found_of

from .recorded import study, write_labels

pytest.importorskip("sklearn", reason="needs the extra study")

SLIPS = {
    5: lambda real: 2022 - real,
    9: lambda real: real + 100,
    33: lambda real: (2022 - real) % 100,
}
RATE = 0.005


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Results and labels, with three sexes and three ages recorded wrong."""
    return study(tmp_path_factory.mktemp("records"), slips=SLIPS, visits=True)


@pytest.fixture(scope="module")
def check(tables):
    return gantei.check_records(*tables, error_rate=RATE)


def changed(tables, tmp_path, change):
    """Labels whose lines are what `change` makes of them, as lists of cells."""
    with tables[1].open(encoding="utf-8", newline="") as file:
        return write_labels(tmp_path / "labels.csv", change([*csv.reader(file)]))


def first(check, key, count):
    return [row for row in check.rows() if row["output"] == key][:count]


def test_wrong_sexes_stand_first_with_the_line_of_the_record(check, tables):
    rows = first(check, "s.sex", 3)
    assert {row["person"] for row in rows} == {"P0003", "P0040", "P0077"}
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert all(row["recorded"] != row["expected"] and row["wrong"] > 0.9 for row in rows)
    lines = tables[1].read_text("utf-8").splitlines()
    for row in rows:
        number = int(row["where"].partition(";")[0].rpartition("line ")[2])
        assert row["person"] in lines[number - 1]


def test_wrong_ages_stand_first_with_their_slip(check):
    rows = {row["person"]: row for row in first(check, "a.age", 3)}
    assert rows["P0005"]["slip"] == rows["P0033"]["slip"] == "year-of-birth"
    assert rows["P0009"]["slip"] == "hundred-more"
    assert rows["P0009"]["slip_age"] == float(rows["P0009"]["recorded"]) - 100
    assert all(row["q"] <= 0.05 for row in rows.values())


def test_everybody_is_in_each_list_once_and_checked_is_empty(check):
    rows = check.rows()
    for key in ("s.sex", "a.age"):
        people = [row["person"] for row in rows if row["output"] == key]
        assert len(people) == len({*people}) == 1200
    assert all(row["checked"] is None for row in rows)
    assert check.is_whole


def test_a_table_of_persons_says_the_same(check, tables, tmp_path):
    def change(lines):
        return [*dict.fromkeys(tuple(each[1:4]) for each in lines)]

    labels = changed(tables, tmp_path, change)
    found = gantei.check_records(tables[0], labels, error_rate=RATE, output="sex")
    ours, theirs = ([(row["person"], row["wrong"]) for row in first(each, "s.sex", 20)]
                    for each in (found, check))  # fmt: skip
    assert ours == theirs


def test_the_input_stays_as_it_is(tables):
    before = [path.read_bytes() for path in tables]
    gantei.check_records(*tables, error_rate=RATE, output="sex")
    assert [path.read_bytes() for path in tables] == before


def test_the_expected_errors_are_the_sum_of_the_probabilities(check):
    rows = first(check, "s.sex", 20)
    assert rows[19]["true_errors"] == pytest.approx(sum(row["wrong"] for row in rows), rel=1e-4)
    half, used, double = check.classes[0].rates
    assert half.expected < used.expected < double.expected
    assert used.rate == RATE


def test_two_sexes_and_ages_without_an_explanation_stand_apart(tables, tmp_path):
    def change(lines):
        lines[lines.index(next(each for each in lines if each[0] == "0041_left.jpg"))][3] = "x"
        for each in lines:
            if each[0] == "0041_left.jpg":
                other = next(one for one in lines if one[0] == "0041_right.jpg")[3]
                each[3] = "male" if other == "female" else "female"
            if each[0] == "0045_left.jpg":
                each[2] = str(int(each[2]) + 5)
        return lines

    labels = changed(tables, tmp_path, change)
    found = gantei.check_records(tables[0], labels, error_rate=RATE)
    assert {(each.person, each.code) for each in found.contradicting} == {
        ("P0041", "two-sexes"),
        ("P0045", "ages-unexplained"),
    }
    first = next(iter(found_of(found)))[0]
    assert first.startswith("Records contradict each other for 2 people or photographs: look")
    sexes = {row["person"] for row in found.rows() if row["output"] == "s.sex"}
    ages = {row["person"] for row in found.rows() if row["output"] == "a.age"}
    assert "P0041" not in sexes | ages
    assert "P0045" in sexes - ages
    assert not found.is_whole


def test_rows_of_labels_without_a_photograph_are_listed_and_leave_nobody_out(tables, tmp_path):
    labels = changed(
        tables, tmp_path, lambda lines: [*lines, ["x.jpg", "P9999", "50", "male", "2022-06-15"]]
    )
    found = gantei.check_records(tables[0], labels, error_rate=RATE, output="age")
    assert [each.code for each in found.exclusions] == ["no-photograph"]
    assert found.is_whole


def test_a_rate_is_refused_where_few_errors_are_to_be_expected(tables):
    with pytest.raises(SettingError, match=r"needs at least 25 wrong ones, .*--error-rate"):
        gantei.check_records(*tables, output="s.sex")
    found = gantei.check_records(*tables)
    assert [*found.refused] == ["s.sex"]
    assert found.ages[0].slips[9].odds is None


def test_a_rate_is_estimated_where_many_are_wrong(tmp_path):
    tables = study(tmp_path, flipped=range(0, 1200, 21), sure=False)
    rate = gantei.check_records(*tables, output="sex").classes[0].rate
    assert rate.source == "estimated"
    assert rate.low < 1 / 21 < rate.high


def test_a_stated_rate_that_the_records_do_not_support_is_told(tmp_path):
    tables = study(tmp_path, flipped=range(0, 1200, 21), sure=False)
    check = gantei.check_records(*tables, error_rate=0.001, output="sex")
    rate = check.classes[0].rate
    assert not rate.is_supported
    (english, japanese), *_ = cautions_of(check)
    assert "share of wrong records is 0.10%, but these records support" in english
    assert "0.10%" in japanese
    supported = gantei.check_records(*tables, error_rate=0.05, output="sex")
    assert all("was stated" not in said for said, _ in cautions_of(supported))


@pytest.mark.parametrize("rate", [0, -0.1, 0.3, "0.1", True])
def test_a_rate_that_is_none_is_refused(tables, rate):
    with pytest.raises(SettingError, match="give the share of records that are wrong"):
        gantei.check_records(*tables, error_rate=rate)


def test_sexes_coded_the_other_way_round_are_refused(tables, tmp_path):
    other = {"male": "0", "female": "1"}
    labels = changed(
        tables, tmp_path, lambda lines: [[other.get(cell, cell) for cell in one] for one in lines]
    )
    with pytest.raises(OutputError, match=r"nearly all records disagree .*--sex-coding"):
        gantei.check_records(
            tables[0], labels, sex_coding="0=female,1=male", error_rate=RATE, output="sex"
        )


def test_ages_of_others_are_refused(tables, tmp_path):
    def change(lines):
        ages = [each[2] for each in lines[1:]]
        others = zip(lines[1:], ages[600:] + ages[:600], strict=True)
        return [lines[0], *([*each[:2], age, *each[3:]] for each, age in others)]

    labels = changed(tables, tmp_path, change)
    with pytest.raises(OutputError, match="hardly go with the recorded ages"):
        gantei.check_records(tables[0], labels, person=None, output="age")


def test_too_few_people_are_refused(tmp_path):
    tables = study(tmp_path, people=60)
    with pytest.raises(OutputError, match=r"60 people .*; it takes 100 people"):
        gantei.check_records(*tables, error_rate=RATE, output="sex")


def test_an_output_that_is_not_there_is_refused_with_those_that_are(tables):
    with pytest.raises(SettingError, match=r"no such output; known: a.age, s.sex"):
        gantei.check_records(*tables, output="grade")


def test_photographs_of_nobody_known_are_refused_unless_each_is_anothers(tmp_path):
    study(tmp_path, people=300, visits=False)
    text = (tmp_path / "labels.csv").read_text("utf-8").splitlines()
    lines = [each.split(",") for each in text]
    labels = write_labels(tmp_path / "labels.csv", [[a, c, d] for a, _, c, d in lines])
    results = tmp_path / "results.csv"
    results.write_text(results.read_text("utf-8").replace(",list,", ",,"), "utf-8")
    with results.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    write_labels(results, [[*rows[0]], *([*(each | {"person": ""}).values()] for each in rows)])
    with pytest.raises(SettingError, match="--one-photograph-per-person"):
        gantei.check_records(results, labels, error_rate=RATE)
    found = gantei.check_records(
        results, labels, error_rate=RATE, output="sex", one_photograph_per_person=True
    )
    assert len(found.classes[0].people) == len(rows)
    assert "table-changed" in found.flow.notes


def test_what_nobodys_age_can_be_stands_first_however_few_the_people(tmp_path):
    tables = study(tmp_path, 120, slips={9: lambda _: -1, 33: lambda _: 131})
    found = check_records(*tables, error_rate=0.01, output="a.age").ages[0]
    told = [found.people.people[place].name for place in found.order[:2]]
    assert sorted(told) == ["P0009", "P0033"]
    assert found.told[found.order[:2]].all()
    assert int(found.nobodys.sum()) == 2
    assert "2 of them no age at all" in age_sentence(found)[0]


def test_an_estimated_share_is_said_to_count_an_estimator_that_is_certain_and_wrong(tmp_path):
    tables = study(tmp_path, 3000, flipped=tuple(range(0, 3000, 15)))
    check = check_records(*tables, output="s.sex")
    assert check.classes[0].rate.source == "estimated"
    said = " ".join(each[0] for each in cautions_of(check))
    assert "counts whomever the estimator is certain and wrong of as a wrong record" in said
