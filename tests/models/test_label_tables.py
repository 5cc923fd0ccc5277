"""Tables of labels, as people have them: what is understood, and what is said of the rest."""

import pytest

from gantei.errors import OutputError, SettingError

from .labelled import digest, labels_of
from .lists import as_parquet, as_workbook

LINES = [
    ["photograph", "person", "Age", "sex", "camera"],
    ["右眼.jpg", "007", "57", "女", "CR2"],
    ["b.jpg", "8", "", "", ""],
]


def said(row):
    return row.photograph, row.person, row.age, row.sex, dict(row.groups)


EXPECTED = [
    ("右眼.jpg", "007", 57.0, "female", {"camera": "CR2"}),
    ("b.jpg", "8", None, None, {"camera": ""}),
]


def as_text(delimiter):
    return "".join(delimiter.join(line) + "\r\n" for line in LINES)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", [None, "cp932", "utf-8-sig", "utf-16"])
def test_a_text_file_is_read_whatever_stands_between_cells_and_however_it_is_encoded(
    tmp_path, delimiter, encoding
):
    data = as_text(delimiter).encode(encoding or "utf-8")
    table = labels_of(tmp_path, data, encoding="cp932" if encoding == "cp932" else None)
    assert [said(row) for row in table.rows] == EXPECTED
    assert [row.where.rpartition(", ")[2] for row in table.rows] == ["line 2", "line 3"]


@pytest.mark.parametrize(("make", "suffix"), [(as_workbook, ".xlsx"), (as_parquet, ".parquet")])
def test_a_workbook_and_a_parquet_file_say_the_same(tmp_path, make, suffix):
    table = labels_of(tmp_path, make(LINES), f"labels{suffix}")
    assert [said(row) for row in table.rows] == EXPECTED


def test_json_lines_say_the_same(tmp_path):
    text = (
        '{"photograph": "右眼.jpg", "person": "007", "Age": 57.0, "sex": "女", "camera": "CR2"}\n'
        '{"photograph": "b.jpg", "person": "8", "Age": null, "sex": null, "camera": null}\n'
    )
    assert [said(row) for row in labels_of(tmp_path, text, "labels.jsonl").rows] == EXPECTED


def test_a_file_of_shift_jis_without_its_encoding_is_refused_with_the_line_and_the_way(tmp_path):
    with pytest.raises(OutputError, match=r"labels\.csv, line 2, .*--encoding cp932"):
        labels_of(tmp_path, as_text(",").encode("cp932"))


@pytest.mark.parametrize(
    ("words", "sex"),
    [
        (["M", "m", "male", "Male", "MALE", " male ", "男", "男性", "Ｍ", "ｍａｌｅ"], "male"),
        (["F", "f", "female", "Female", "女", "女性", "Ｆ", "ＦＥＭＡＬＥ"], "female"),
        (["", "NA", "unknown", "不明"], None),
    ],
)
def test_words_for_a_sex_are_understood_in_any_case_and_width(tmp_path, words, sex):
    text = "photograph,sex\n" + "".join(f"{n}.jpg,{word}\n" for n, word in enumerate(words))
    assert [row.sex for row in labels_of(tmp_path, text).rows] == [sex] * len(words)


@pytest.mark.parametrize("codes", [("1", "0"), ("1", "2"), ("2.0", "1.0"), ("１", "０")])
def test_numbers_for_a_sex_need_a_coding_and_the_error_says_how_with_the_line(tmp_path, codes):
    text = f"photograph,sex\na.jpg,\nb.jpg,{codes[0]}\nc.jpg,{codes[1]}\n"
    with pytest.raises(OutputError) as refused:
        labels_of(tmp_path, text)
    assert "labels.csv, line 3: the sex" in str(refused.value)
    assert "say --sex-coding " in str(refused.value)
    assert "1=male," in str(refused.value)
    assert "1 more line" in str(refused.value)


def test_a_coding_says_which_sex_a_number_is(tmp_path):
    text = "photograph,sex\na.jpg,1\nb.jpg,0\nc.jpg,1.0\nd.jpg,F\ne.jpg,\n"
    for coding in ("1=male,0=female", "1=M, 0=女", {1: "male", 0: "female"}):
        rows = labels_of(tmp_path, text, sex_coding=coding).rows
        assert [row.sex for row in rows] == ["male", "female", "male", "female", None]


@pytest.mark.parametrize("coding", ["1", "1=boy", "=male", "1=male,1=female", ""])
def test_a_coding_that_codes_nothing_is_refused(tmp_path, coding):
    with pytest.raises(SettingError, match="--sex-coding"):
        labels_of(tmp_path, "photograph,sex\na.jpg,1\n", sex_coding=coding)


def test_a_code_that_the_coding_lacks_is_refused_with_the_line(tmp_path):
    with pytest.raises(OutputError, match=r"labels\.csv, line 3: the sex '9'"):
        labels_of(tmp_path, "photograph,sex\na.jpg,1\nb.jpg,9\n", sex_coding="1=male,0=female")


def test_an_unknown_word_for_a_sex_is_refused_with_the_line(tmp_path):
    with pytest.raises(OutputError, match=r"labels\.csv, line 3: 'weiblich' is no sex"):
        labels_of(tmp_path, "photograph,sex\na.jpg,M\nb.jpg,weiblich\n")


def test_ages_are_numbers_of_years_in_any_width_with_or_without_the_unit(tmp_path):
    texts = ["57", " 57 ", "５７", "57.0", "57歳", "57 years", "057Y", '"57,0"', "5.7e1"]
    text = "photograph,age\n" + "".join(f"{n}.jpg,{each}\n" for n, each in enumerate(texts))
    assert [row.age for row in labels_of(tmp_path, text).rows] == [57.0] * len(texts)


@pytest.mark.parametrize(
    "wrong",
    ["fifty", "57-60", "18M", "1,234,5", "57 months", "-1", "999", "131", "inf", "2024-01-02"],
)
def test_what_is_no_age_is_refused_with_the_line_and_how_many_more_there_are(tmp_path, wrong):
    text = f'photograph,age\na.jpg,57\nb.jpg,"{wrong}"\nc.jpg,"{wrong}"\nd.jpg,\ne.jpg,old\n'
    with pytest.raises(OutputError, match=r"labels\.csv, line 3: the age .*2 more lines"):
        labels_of(tmp_path, text)


def test_ages_that_nobody_reaches_are_read_where_they_are_asked_for(tmp_path):
    text = "photograph,age\na,1954\nb,-10\nc,１５７歳\nd,57\n"
    rows = labels_of(tmp_path, text, impossible_ages=True).rows
    assert [row.age for row in rows] == [1954.0, -10.0, 157.0, 57.0]
    with pytest.raises(OutputError, match=r"line 2: the age '1954' is not within 0 to 130"):
        labels_of(tmp_path, text)


@pytest.mark.parametrize("option", ["person", "visit", "age", "sex"])
def test_a_column_that_is_named_and_missing_is_an_error_that_says_which_there_are(tmp_path, option):
    with pytest.raises(OutputError, match=rf"--{option}: no column called X; found: photograph, a"):
        labels_of(tmp_path, "photograph,a\na.jpg,1\n", **{option: "X"})


def test_labels_of_another_output_need_their_column(tmp_path):
    with pytest.raises(OutputError, match=r"--label grade=X: no column called X; found"):
        labels_of(tmp_path, "photograph,a\na.jpg,1\n", labels={"grade": "X"})
    table = labels_of(tmp_path, "photograph,DR\na.jpg, mild\n", labels={"grade": "dr"})
    assert table.rows[0].other == {"grade": "mild"}


def test_a_table_of_neither_photographs_nor_persons_is_refused(tmp_path):
    with pytest.raises(
        OutputError, match=r"needs a column photograph or sha256, .*found: image, age"
    ):
        labels_of(tmp_path, "image,age\na.jpg,1\n")


def test_columns_are_found_in_any_case_and_width_of_accents_and_by_their_own_names(tmp_path):
    table = labels_of(
        tmp_path,
        "Photograph,ID,年齢,性別,Datum,Café\na.jpg,p,57,男,2026/3/4 10:30,x\n",
        person="id", age="年齢", sex="性別", visit="datum",
    )  # fmt: skip
    (row,) = table.rows
    assert (row.person, row.age, row.sex, row.visit) == ("p", 57.0, "male", "2026-03-04")
    assert row.groups == {"Café": "x"}
    assert not table.by_person


def test_two_columns_that_differ_in_case_alone_are_told_apart_only_by_their_very_names(tmp_path):
    text = "photograph,AGE,Age\na.jpg,57,58\n"
    with pytest.raises(OutputError, match="AGE and Age may both be the age"):
        labels_of(tmp_path, text)
    assert labels_of(tmp_path, text, age="Age").rows[0].age == 58
    with pytest.raises(OutputError, match="--age: several columns called age"):
        labels_of(tmp_path, text, age="age")


def test_a_table_without_photographs_is_of_persons(tmp_path):
    table = labels_of(tmp_path, "person,age\np,57\n")
    assert table.by_person
    assert (table.rows[0].photograph, table.rows[0].person) == (None, "p")
    with pytest.raises(OutputError, match="line 3: names no person"):
        labels_of(tmp_path, "person,age\np,57\n,58\n")


def test_a_row_without_a_photograph_and_a_digest_that_is_none_are_refused(tmp_path):
    with pytest.raises(OutputError, match="line 3: names no photograph"):
        labels_of(tmp_path, "photograph,age\na,57\n,58\n")
    with pytest.raises(OutputError, match=r"line 2: 'abc' is no SHA-256"):
        labels_of(tmp_path, "photograph,sha256\na,abc\n")
    (row,) = labels_of(tmp_path, f"photograph,sha256\na,{digest('a').upper()}\n").rows
    assert row.sha256 == digest("a")


def test_a_row_is_named_by_its_digest_where_it_has_no_other_name(tmp_path):
    table = labels_of(tmp_path, f"sha256,person,age\n{digest('a').upper()},p,57\n")
    assert not table.by_person
    assert table.rows[0].photograph == table.rows[0].sha256 == digest("a")
    table = labels_of(tmp_path, f"photograph,sha256\n,{digest('a')}\nb.jpg,\n")
    assert [row.photograph for row in table.rows] == [digest("a"), "b.jpg"]
    with pytest.raises(OutputError, match="line 3: names no photograph"):
        labels_of(tmp_path, f"sha256,person,age\n{digest('a')},p,57\n,p,58\n")


def test_a_column_visit_is_taken_without_being_named_as_the_others_are(tmp_path):
    table = labels_of(tmp_path, "photograph,Visit,age\na.jpg,2026/3/4,57\n")
    assert table.has_visits
    assert table.rows[0].visit == "2026-03-04"
    assert table.groups == ()


def test_persons_have_one_spelling_in_any_width(tmp_path):
    text = "photograph,person\na.jpg,１\nb.jpg,1\nc.jpg, Ｐ１ \n"
    assert [row.person for row in labels_of(tmp_path, text).rows] == ["1", "1", "P1"]


def test_two_tables_in_one_file_are_refused_with_the_line_of_the_second(tmp_path):
    text = "photograph,age\na.jpg,57\nphotograph,age\nb.jpg,58\n"
    with pytest.raises(OutputError, match=r"labels\.csv, line 3: the names of the columns"):
        labels_of(tmp_path, text)


def test_an_empty_file_and_an_empty_table_are_different_things(tmp_path):
    with pytest.raises(OutputError, match="is empty"):
        labels_of(tmp_path, "")
    assert labels_of(tmp_path, "photograph,age\n").rows == ()


@pytest.mark.parametrize("name", ["klingon", "hex", "undefined", "cp\0932"])
def test_an_encoding_that_is_none_is_refused_with_some_that_are(tmp_path, name):
    with pytest.raises(SettingError, match=r"--encoding .*: unknown; known are cp932"):
        labels_of(tmp_path, "photograph,age\na.jpg,57\n", encoding=name)


def test_an_encoding_of_something_else_than_tables_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"labels\.csv: cannot be read as punycode"):
        labels_of(tmp_path, "photograph,age\nxn--a.jpg,57\n", encoding="punycode")


@pytest.mark.parametrize("by", ["age", "age:0", "age:-5", "age:inf", "", ":10"])
def test_a_variable_that_groups_nothing_is_refused_before_anything_is_done(tmp_path, by):
    with pytest.raises(SettingError, match="--by"):
        labels_of(tmp_path, "photograph,age\na.jpg,57\n", by=(by,))


def test_the_digest_of_the_table_is_that_of_its_file(tmp_path):
    text = "photograph,age\na.jpg,57\n"
    assert labels_of(tmp_path, text).sha256 == digest(text)
