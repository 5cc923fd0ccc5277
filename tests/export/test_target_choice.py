"""What `gantei adapt` is to learn: told by a column and by options, never guessed."""

import pytest

from gantei.errors import OutputError, SettingError
from gantei.labels.label_table import LabelOptions
from gantei.labels.true_values import true_values
from gantei_export.adapting.target_choice import TargetOptions, read_target


def chosen(column, cells, *, options=None, more=None, **given):
    """Read a target from a table of one photograph per cell, with further columns."""
    rows = [
        {"photograph": f"{number}.jpg", "person": number, column: cell}
        | {name: values[number] for name, values in (more or {}).items()}
        for number, cell in enumerate(cells)
    ]
    options = options or LabelOptions("")
    return read_target(rows, options, TargetOptions(column, **given))


def truths(target, table):
    return true_values(table.rows, table, target.as_output("new"))


def test_a_column_called_age_holds_years():
    target, table = chosen("Age", ["57", "61歳", ""])
    assert (target.output, target.kind, target.unit) == ("age", "regression", "years")
    assert truths(target, table) == [57, 61, None]


def test_the_unit_years_says_that_a_column_of_any_name_is_an_age():
    target, table = chosen("年齢", ["57歳", "６１"], unit="years")
    assert (target.output, target.unit) == ("age", "years")
    assert truths(target, table) == [57, 61]


def test_a_column_of_another_number_of_years_beside_ages_is_refused():
    with pytest.raises(SettingError, match="which is in age"):
        chosen("duration", [3, 4], unit="years", more={"age": [57, 61]})


def test_words_for_sexes_are_sexes_whatever_the_column_is_called():
    target, table = chosen("性別", ["男", "女", "女性"])
    assert (target.output, target.classes) == ("sex", ("female", "male"))
    assert truths(target, table) == [1, 0, 0]


def test_codes_of_sexes_are_read_as_they_are_coded():
    options = LabelOptions("", sex_coding="1=male,2=female")
    target, table = chosen("gender", ["1", "2"], options=options)
    assert target.output == "sex"
    assert truths(target, table) == [1, 0]


def test_codes_of_sexes_without_a_coding_are_refused():
    with pytest.raises(OutputError, match="--sex-coding"):
        chosen("sex", ["1", "2"])


def test_an_order_of_sexes_is_taken_as_given():
    target, table = chosen("sex", ["M", "F"], classes=("male", "female"))
    assert target.classes == ("male", "female")
    assert truths(target, table) == [0, 1]


def test_words_are_classes_in_their_order_and_the_second_of_two_is_positive():
    target, table = chosen("Cataract", ["yes", "no", "不明"])
    assert (target.output, target.kind) == ("cataract", "binary")
    assert target.classes == ("no", "yes")
    assert truths(target, table) == [1, 0, None]


def test_words_that_differ_in_spelling_alone_are_refused():
    with pytest.raises(SettingError, match="differ in spelling alone"):
        chosen("cataract", ["yes", "no", "No"])


def test_classes_that_are_given_keep_their_order():
    target, table = chosen("白内障", ["あり", "なし"], classes=("なし", "あり"), output="cataract")
    assert target.classes == ("なし", "あり")
    assert truths(target, table) == [1, 0]


def test_codes_of_classes_stand_in_the_order_of_their_numbers():
    target, _ = chosen("grade", ["10", "9", "2"], kind="classes")
    assert (target.kind, target.classes) == ("categorical", ("2", "9", "10"))


def test_another_number_has_a_unit():
    target, table = chosen("pressure", ["14,5", "21"], unit="mmHg")
    assert (target.output, target.unit) == ("pressure", "mmHg")
    assert truths(target, table) == [14.5, 21]


def test_an_eye_is_right_or_left():
    assert chosen("eye", ["R", "左"])[0].classes == ("left", "right")


@pytest.mark.parametrize(
    ("column", "cells", "given", "said"),
    [
        ("grade", ["1", "2"], {}, "say --unit years where they are ages"),
        ("年齢", ["57歳", "61歳"], {}, "say --unit years where they are ages"),
        ("grade", ["1", "2"], {"kind": "number"}, "say its unit"),
        ("age", ["1", "2"], {"kind": "classes"}, "an age is a number"),
        ("age", ["1", "2"], {"unit": "months"}, "ages are in years"),
        ("eye", ["R", "L"], {"unit": "m"}, "are no numbers"),
        ("sex", ["M", "F"], {"classes": ("a", "b")}, "they are female,male"),
        ("camera", ["A", "B"], {"classes": ("A", "C")}, "nobody's camera is C"),
        ("camera", ["A", "A"], {}, "all are A"),
        ("camera", ["A,1", "B"], {}, "makes no name of a class"),
        ("remark", [f"word {n}" for n in range(51)], {}, "51 different words"),
        ("カメラ", ["A", "B"], {}, "give one by --output"),
        ("camera", ["A", "B"], {"output": "Camera 1"}, "--output Camera 1"),
        ("camera", ["A", "B"], {"unit": "m", "kind": "classes"}, "classes have no unit"),
        ("camera", ["A", "B"], {"kind": "number", "classes": ("A", "B")}, "not for --as number"),
        ("person", ["A", "B"], {}, "nothing to learn"),
        ("age gap", ["1", "2"], {"unit": "years"}, "no label"),
    ],
)
def test_what_would_have_to_be_guessed_or_contradicts_itself_is_refused(column, cells, given, said):
    with pytest.raises(SettingError, match=said):
        chosen(column, cells, **given)


def test_a_column_that_is_not_there_or_empty_is_refused():
    with pytest.raises(OutputError, match="no column called grade"):
        read_target([{"photograph": "a.jpg"}], LabelOptions(""), TargetOptions("grade"))
    with pytest.raises(OutputError, match="no row says anything"):
        chosen("grade", ["", "NA"])


def test_a_class_that_was_not_given_is_refused_with_its_row():
    target, table = chosen("camera", ["A", "B", "C"], classes=("A", "B"))
    with pytest.raises(OutputError, match="row 3: 'C' is none of the classes"):
        truths(target, table)


@pytest.mark.parametrize(
    ("words", "classes"),
    [
        (["有", "無", "有"], ("無", "有")),
        (["あり", "なし", ""], ("なし", "あり")),
        (["maculopathy", "no"], ("no", "maculopathy")),
        (["軽症", "なし", "重症"], ("なし", "軽症", "重症")),
        (["no", "a", "b"], ("a", "b", "no")),
    ],
)
def test_of_two_classes_the_word_for_what_is_absent_is_the_negative_one(words, classes):
    rows = [{"photograph": f"{n}.jpg", "person": n, "htn": word} for n, word in enumerate(words)]
    assert read_target(rows, LabelOptions(""), TargetOptions("htn"))[0].classes == classes


def test_the_word_none_is_asked_about_where_it_may_be_a_class():
    words = ["none", "mild", "severe"]
    rows = [{"photograph": f"{n}.jpg", "person": n, "dr": word} for n, word in enumerate(words)]
    with pytest.raises(SettingError, match=r"none is read as a missing label.*--classes"):
        read_target(rows, LabelOptions(""), TargetOptions("dr"))
    with pytest.raises(SettingError, match="write another word for the class"):
        read_target(rows, LabelOptions(""), TargetOptions("dr", classes=("none", "mild")))
    chosen = TargetOptions("dr", classes=("mild", "severe"))
    assert read_target(rows, LabelOptions(""), chosen)[0].classes == ("mild", "severe")
