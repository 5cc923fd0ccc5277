"""Tables of labels as hospitals keep them: columns of their own, days of eras, lost zeros."""

from datetime import date

import pytest

from gantei.errors import OutputError, SettingError
from gantei.labels.ages import day_of
from gantei.labels.group_values import group_values
from gantei.labels.joining import join_listing, join_results
from gantei.pages.flow_parts import notes_of
from gantei.photographs.listing import list_photographs

from .labelled import labels_of, result, results_of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和4年6月15日", date(2022, 6, 15)),
        ("令和元年５月１日", date(2019, 5, 1)),
        ("㋿4年6月15日", date(2022, 6, 15)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64/1/7", date(1989, 1, 7)),
        ("R4.6.15", date(2022, 6, 15)),
        ("H30-12-01", date(2018, 12, 1)),
        ("2021年5月10日", date(2021, 5, 10)),
        ("令和4年6月31日", None),
        ("R4.6/15", None),
        ("R4", None),
        ("4年6月15日", None),
    ],
)
def test_days_of_japanese_eras_are_read_as_days(text, day):
    assert day_of(text) == day


def test_a_visit_by_its_era_is_the_visit_by_its_year(tmp_path):
    text = "photograph,person,受診日,age\na.jpg,p,2022-06-15,57\nb.jpg,p,令和4年6月15日,57\n"
    found = joined(tmp_path, text, visit="受診日")
    assert {each.visit for each in found.photographs} == {"2022-06-15"}
    assert found.flow.notes == ()


def joined(tmp_path, text, rows=None, **options):
    rows = rows or [result("a.jpg", "P1"), result("b.jpg", "P2")]
    return join_results(results_of(tmp_path, rows), labels_of(tmp_path, text, **options))


def test_the_column_of_photographs_has_any_name(tmp_path):
    text = "患者ID,写真,年齢\nx,a.jpg,57\nx,b.jpg,58\n"
    found = joined(tmp_path, text, photograph="写真", person="患者ID", age="年齢")
    assert [each.label.age for each in found.photographs] == [57, 58]
    assert found.persons == ("x",)
    assert not found.table.by_person
    with pytest.raises(OutputError, match="--photograph: no column called 画像; found: 患者ID"):
        labels_of(tmp_path, text, photograph="画像")
    with pytest.raises(OutputError, match="the one that --photograph names"):
        labels_of(tmp_path, text)


def test_columns_that_are_named_as_sex_and_age_form_groups_by_their_own_names(tmp_path):
    text = "photograph,年齢,性別,camera\na.jpg,57,男,x\nb.jpg,31,女,y\n"
    by = ("年齢:20", "性別", "age:20", "sex", "camera")
    found = joined(tmp_path, text, age="年齢", sex="性別", by=by)
    groups = group_values(found, by)
    assert groups["年齢:20"] == groups["age:20"] == ["40–59", "20–39"]
    assert groups["性別"] == groups["sex"] == ["male", "female"]
    with pytest.raises(SettingError, match=r"--by 年齢: say how many years .*such as 年齢:10"):
        labels_of(tmp_path, text, age="年齢", by=("年齢",))
    with pytest.raises(
        SettingError, match=r"known: camera, age:10, sex, eye; and of each photograph: width, "
    ):
        group_values(found, ["camra"])


def test_persons_that_names_tell_and_that_differ_in_a_day_alone_are_told(tmp_path):
    def rows(origin, *persons):
        return [
            result(f"{place}.jpg", person, person_from=origin)
            for place, person in enumerate(persons)
        ]

    text = "photograph,age\n0.jpg,57\n1.jpg,57\n"
    dated = ("P0001_20210511", "P0001_20220610")
    for origin in ("file name", "pattern"):
        assert joined(tmp_path, text, rows(origin, *dated)).flow.notes == ("persons-dated",)
    for origin, persons in (
        ("list", dated),
        ("file name", ("P0001_20210511", "P0002_20210511")),
        ("file name", ("20210511", "20220610")),
        ("file name", ("P0001_99999999", "P0001_12345678")),
    ):
        assert joined(tmp_path, text, rows(origin, *persons)).flow.notes == ()
    of_labels = "photograph,person,age\n0.jpg,p,57\n1.jpg,p,57\n"
    assert joined(tmp_path, of_labels, rows("file name", *dated)).flow.notes == ()


def test_photographs_of_several_days_in_one_visit_are_told(tmp_path):
    rows = [result("1_20210511_R.jpg", "1"), result("1_20220610_R.jpg", "1")]
    by_person = "person,date,age\n1,2021-05-11,57\n"
    for text in ("person,age\n1,57\n", by_person):
        flow = joined(tmp_path, text, rows, visit="date" if "date" in text else None).flow
        assert flow.notes == ("visits-of-days",)
        assert flow.note_texts("visits-of-days")[0].endswith("The first: labels.csv, line 2.")
    assert len(notes_of(flow)) == 1
    assert notes_of(flow, ages=False) == []
    by_photograph = (
        "photograph,person,date,age\n1_20210511_R.jpg,1,2021-05-11,57\n"
        "1_20220610_R.jpg,1,2022-06-10,58\n"
    )
    assert joined(tmp_path, by_photograph, rows, visit="date").flow.notes == ()
    same_day = [result("1_20210511_R.jpg", "1"), result("1_2021-05-11_L.jpg", "1")]
    assert joined(tmp_path, "person,age\n1,57\n", same_day).flow.notes == ()


def test_photographs_of_another_visit_than_the_one_with_labels_have_none(tmp_path):
    rows = [
        result(f"{place}.jpg", "1", date=day)
        for place, day in enumerate(("2021/5/11", "2022-06-10", ""))
    ]
    found = joined(tmp_path, "person,date,age\n1,2021-05-11,57\n", rows, visit="date")
    assert [each.name for each in found.photographs] == ["0.jpg", "2.jpg"]
    assert [(each.code, each.name) for each in found.exclusions] == [("no-label-row", "1.jpg")]


@pytest.mark.parametrize("column", ["person", "photograph"])
def test_zeros_that_a_spreadsheet_has_dropped_are_named_as_the_reason(tmp_path, column):
    rows = [result("009", "000"), result("0007", "0007")]
    with pytest.raises(OutputError, match="0007 there and 7 in the labels differ in zeros"):
        joined(tmp_path, f"{column},age\n100,50\n7,57\n", rows)
    with pytest.raises(OutputError, match=r"the first there is .*, and of the labels x"):
        joined(tmp_path, f"{column},age\nx,50\n", rows)


def test_photographs_of_no_list_are_told_how_this_command_learns_persons_and_visits(
    photographs, tmp_path
):
    listing = list_photographs([photographs])
    table = labels_of(tmp_path, "person,age\np,57\n")
    with pytest.raises(OutputError, match=r"add --persons names .*or --from a list") as refused:
        join_listing(listing, table)
    assert "predict" not in str(refused.value)
    assert "--photograph" in str(refused.value)


@pytest.mark.parametrize(
    ("codes", "proposed"),
    [
        (("1", "2"), "1=male,2=female or 2=male,1=female"),
        (("0", "1.0"), "0=male,1=female or 1=male,0=female"),
        (("1", "2", "9"), "with the numbers that stand there"),
    ],
)
def test_the_coding_of_sexes_is_proposed_for_the_values_that_stand_there(tmp_path, codes, proposed):
    lines = "".join(f"{place}.jpg,{code}\n" for place, code in enumerate(codes))
    with pytest.raises(OutputError, match=proposed):
        labels_of(tmp_path, f"photograph,sex\n{lines}")
