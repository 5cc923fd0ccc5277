"""Photographs joined with their labels: nothing is dropped without being counted and listed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantei.errors import OutputError, SettingError
from gantei.labels.exclusions import REASONS
from gantei.labels.flow import FLOW_NOTES
from gantei.labels.joining import join_listing, join_results
from gantei.photographs.listing import list_photographs

from .labelled import digest, failed, labels_of, result, results_of


def joined(tmp_path, rows, text, **options):
    run = options.pop("run", {})
    return join_results(results_of(tmp_path, rows, **run), labels_of(tmp_path, text, **options))


def pairs(found):
    return {each.name: each.label.where.rpartition(" ")[2] for each in found.photographs}


def codes(found):
    return {(each.name, each.code) for each in found.exclusions}


def assert_balanced(found):
    flow = found.flow
    assert flow.photographs == flow.joined + sum(flow.excluded.values())
    assert flow.labels == flow.used + sum(flow.unused.values())
    assert flow.joined == len(found.photographs)
    assert sum(flow.excluded.values()) + sum(flow.unused.values()) == len(found.exclusions)
    assert all(each.code in REASONS and each.where and each.text for each in found.exclusions)


@pytest.mark.parametrize(
    ("photograph", "label"),
    [
        ("site/a.jpg", "site/a.jpg"),
        ("site/a.jpg", "site\\a.jpg"),
        ("site/a.jpg", "./site/a.jpg"),
        ("か\u3099.jpg", "が.jpg"),  # as macOS spells it
        ("a\\n.jpg", "a\\n.jpg"),
        ("site/a.jpg", "a.jpg"),
        ("a.jpg", "/data/site/a.jpg"),
        ("site/a.jpg", "C:\\data\\site\\a.jpg"),
        ("site/a.jpg", "a"),
        ("site/A.JPG", "site/a.jpg "),
    ],
)
def test_a_photograph_is_found_however_its_name_is_spelt(tmp_path, photograph, label):
    rows = [result(photograph), result("b.jpg")]
    found = joined(tmp_path, rows, f"photograph,age\n{label},57\nb.jpg,58\n")
    assert pairs(found) == {photograph: "2", "b.jpg": "3"}
    assert_balanced(found)


def test_a_name_that_is_only_an_end_is_told(tmp_path):
    found = joined(tmp_path, [result("site/a.jpg")], "photograph,age\na.jpg,57\n")
    assert found.flow.notes == ("names-by-end",)


def test_a_name_in_two_folders_is_refused_with_the_line_unless_a_digest_tells(tmp_path):
    rows = [result("x/a.jpg"), result("y/a.jpg")]
    with pytest.raises(OutputError, match=r"line 2: a\.jpg may be x/a\.jpg or y/a\.jpg"):
        joined(tmp_path, rows, "photograph,age\na.jpg,57\n")
    text = f"photograph,sha256,age\na.jpg,{digest('y/a.jpg')},57\n"
    assert pairs(joined(tmp_path, rows, text)) == {"y/a.jpg": "2"}
    # Those that are named whole are not what another name may be.
    assert pairs(joined(tmp_path, rows, "photograph,age\nx/a.jpg,57\na.jpg,58\n")) == {
        "x/a.jpg": "2", "y/a.jpg": "3",
    }  # fmt: skip


def test_two_rows_that_may_be_one_photograph_are_refused_with_both_lines(tmp_path):
    with pytest.raises(OutputError, match=r"line 3: y/a\.jpg and x/a\.jpg \(.*line 2\) may both"):
        joined(tmp_path, [result("a.jpg")], "photograph,age\nx/a.jpg,57\ny/a.jpg,58\n")


def test_a_photograph_is_found_by_its_digest_where_its_name_is_another(tmp_path):
    text = f"photograph,sha256,age\nold.jpg,{digest('new.jpg')},57\n"
    assert pairs(joined(tmp_path, [result("new.jpg")], text)) == {"new.jpg": "2"}


def test_labels_may_name_photographs_by_their_digests_alone(tmp_path):
    rows = [result("a.jpg"), result("b.jpg"), result("c.jpg")]
    text = f"sha256,person,age\n{digest('b.jpg')},p,57\n{digest('a.jpg')},q,58\n{'0' * 64},r,1\n"
    found = joined(tmp_path, rows, text)
    assert pairs(found) == {"a.jpg": "3", "b.jpg": "2"}
    assert found.persons == ("q", "p")
    assert found.flow.unused == {"no-photograph": 1}
    assert_balanced(found)


def test_a_row_of_another_name_and_the_same_digest_counts_and_may_contradict(tmp_path):
    rows = [result("a.jpg"), result("b.jpg"), result("c.jpg")]
    first = "".join(f"{each}.jpg,{digest(f'{each}.jpg')},57\n" for each in "abc")
    text = f"photograph,sha256,age\n{first}x.jpg,{digest('a.jpg')},57\ny.jpg,{digest('b.jpg')},58\n"
    found = joined(tmp_path, rows, text)
    assert pairs(found) == {"a.jpg": "2", "c.jpg": "4"}
    assert found.flow.excluded == {"labels-contradict": 1}
    assert found.flow.unused == {"row-repeated": 1, "row-contradicts": 2}
    assert_balanced(found)


def test_the_end_of_a_name_is_not_enough_where_the_digest_is_another(tmp_path):
    unread = failed("z.jpg", sha256="")
    text = f"photograph,sha256,age\na.jpg,{digest('other')},57\nb.jpg,,58\nz,{digest('z')},1\n"
    found = joined(tmp_path, [result("x/a.jpg"), result("b.jpg"), unread], text)
    assert pairs(found) == {"b.jpg": "3"}
    assert ("x/a.jpg", "no-label-row") in codes(found)
    assert ("z.jpg", "no-estimate") in codes(found)  # it has no digest that could differ


def test_a_name_with_the_digest_of_another_file_is_left_out_on_both_sides(tmp_path):
    text = f"photograph,sha256,age\na.jpg,{digest('other')},57\nb.jpg,,58\n"
    found = joined(tmp_path, [result("a.jpg"), result("b.jpg")], text)
    assert pairs(found) == {"b.jpg": "3"}
    assert codes(found) == {("a.jpg", "other-file"), ("a.jpg", "row-of-other-file")}
    assert_balanced(found)


def test_of_two_rows_of_one_name_the_one_with_the_digest_counts(tmp_path):
    text = f"photograph,sha256,age\na.jpg,{digest('other')},57\na.jpg,{digest('a.jpg')},58\n"
    found = joined(tmp_path, [result("a.jpg")], text)
    assert pairs(found) == {"a.jpg": "3"}
    assert codes(found) == {("a.jpg", "row-of-other-file")}


def test_what_matches_on_neither_side_is_listed(tmp_path):
    found = joined(
        tmp_path, [result("a.jpg"), result("b.jpg")], "photograph,age\nb.jpg,57\nc.jpg,58\n"
    )
    assert pairs(found) == {"b.jpg": "2"}
    assert codes(found) == {("a.jpg", "no-label-row"), ("c.jpg", "no-photograph")}
    assert found.flow.excluded == {"no-label-row": 1}
    assert found.flow.unused == {"no-photograph": 1}
    assert_balanced(found)


def test_nothing_matches_is_an_error_that_shows_what_is_compared(tmp_path):
    with pytest.raises(OutputError, match=r"no row is of a photograph .*a\.jpg.* q\.jpg"):
        joined(tmp_path, [result("a.jpg")], "photograph,age\nq.jpg,57\n")


@pytest.mark.parametrize(
    ("rows", "text", "said"),
    [
        ([result("a.jpg")], f"sha256,photograph\n{digest('x')},a.jpg\n",
         r"all 1 photographs are left out: 1 whose name is .*line 2 names it"),
        ([failed("a.jpg"), failed("b.jpg")], "photograph\na.jpg\nb.jpg\n",
         r"all 2 .*: 2 without an estimate, .*results\.csv, line 2: it has the error black-pict"),
        ([result("a.jpg", sha256="0"), result("b.jpg", sha256="0"), result("c.jpg")],
         "photograph,age\na.jpg,1\nb.jpg,2\n", r"all 3 .*: 1 not in the .*; 2 that are the same"),
        ([result("a.jpg"), result("b.jpg")], "photograph,person,sex\na.jpg,p,M\nb.jpg,p,F\n",
         r"all 2 .*: 2 of a person recorded with two sexes"),
    ],
)  # fmt: skip
def test_where_no_photograph_is_left_the_error_says_how_many_for_which_reason(
    tmp_path, rows, text, said
):
    with pytest.raises(OutputError, match=rf"results\.csv: {said}"):
        joined(tmp_path, rows, text)


def test_names_of_an_anonymous_table_are_random_and_the_error_says_so(tmp_path):
    rows = [result("photograph-abcdefghjkmn", person="person-abcdefghjkmn")]
    run = {"anonymous": True}
    with pytest.raises(OutputError, match="names are random, as --anonymous"):
        joined(tmp_path, rows, "photograph,age\na.jpg,57\n", run=run)
    with pytest.raises(OutputError, match="names are random, as --anonymous"):
        joined(tmp_path, rows, "person,age\np,57\n", run=run)
    text = f"photograph,sha256,age\nphotograph-abcdefghjkmn,{digest('plain')},57\n"
    found = joined(tmp_path, rows, text, run=run)
    assert len(found.photographs) == 1  # a keyed digest says nothing of a plain one
    assert len(joined(tmp_path, rows, "person,age\nperson-abcdefghjkmn,57\n", run=run).persons) == 1


def test_a_row_twice_counts_once_and_two_rows_that_differ_count_not_at_all(tmp_path):
    text = "photograph,age,note\na.jpg,57,x\na.jpg,57,y\nb.jpg,57,\nb.jpg,58,\nc.jpg,5,\n"
    found = joined(tmp_path, [result(f"{each}.jpg") for each in "abc"], text)
    assert pairs(found) == {"a.jpg": "2", "c.jpg": "6"}
    assert found.photographs[0].label.groups == {"note": ""}
    assert found.flow.excluded == {"labels-contradict": 1}
    assert found.flow.unused == {"row-repeated": 1, "row-contradicts": 2}
    assert_balanced(found)


def test_a_photograph_with_an_error_is_left_out_and_one_with_a_finding_is_counted(tmp_path):
    rows = [
        failed("a.jpg"),
        result("b.jpg", warning_codes="s:notice blurred"),
        result("c.jpg", warning_codes="s:notice s:outside-range"),
    ]
    found = joined(tmp_path, rows, "photograph,age\na.jpg,1\nb.jpg,2\nc.jpg,3\n")
    assert codes(found) == {("a.jpg", "no-estimate")}
    assert found.flow.errors == {"black-picture": 1}
    assert found.flow.findings == {"blurred": 1, "outside-range": 1}
    assert_balanced(found)


def test_copies_count_once_and_contradicting_ones_not_at_all(tmp_path):
    same, other = digest("same"), digest("other")
    rows = [
        result("a.jpg", sha256=same),
        result("b.jpg", sha256=same),
        result("c.jpg", sha256=other),
        result("d.jpg", sha256=other),
        result("e.jpg"),
    ]
    text = "photograph,age\na.jpg,57\nb.jpg,57\nc.jpg,57\nd.jpg,58\ne.jpg,59\n"
    found = joined(tmp_path, rows, text)
    assert pairs(found) == {"a.jpg": "2", "e.jpg": "6"}
    assert found.flow.excluded == {"copies-contradict": 2, "same-file": 1}
    assert_balanced(found)


def test_the_same_file_of_two_eyes_is_of_neither_but_an_unknown_eye_may_be_either(tmp_path):
    text = "photograph,age\na.jpg,57\nb.jpg,57\nc.jpg,1\n"
    for eye, excluded in (("left", {"copies-contradict": 2}), ("", {"same-file": 1})):
        rows = [
            result("a.jpg", "p", "right", sha256=digest("x")),
            result("b.jpg", "p", eye, sha256=digest("x")),
            result("c.jpg", "q"),
        ]
        assert joined(tmp_path, rows, text).flow.excluded == excluded


def test_the_same_file_of_two_persons_is_of_neither(tmp_path):
    rows = [result("a.jpg", sha256=digest("x")), result("b.jpg", sha256=digest("x")), result("c")]
    found = joined(tmp_path, rows, "photograph,person\na.jpg,p\nb.jpg,q\nc,r\n")
    assert found.persons == ("r",)
    assert found.flow.excluded == {"copies-contradict": 2}


def test_a_person_with_two_sexes_is_left_out_with_both_lines(tmp_path):
    rows = [result(f"{each}.jpg") for each in "abc"]
    text = "photograph,person,sex\na.jpg,p,M\nb.jpg,p,F\nc.jpg,q,M\n"
    found = joined(tmp_path, rows, text)
    assert found.persons == ("q",)
    assert found.flow.excluded == {"two-sexes": 2}
    assert "line 2" in found.exclusions[0].text
    assert "line 3" in found.exclusions[0].text
    assert found.exclusions[0].person == "p"


def test_persons_are_those_of_the_labels_else_those_of_the_results(tmp_path):
    rows = [result("a.jpg", person="x"), result("b.jpg", person="y")]
    assert joined(tmp_path, rows, "photograph,age\na.jpg,1\nb.jpg,2\n").persons == ("x", "y")
    text = "photograph,person,age\na.jpg,p,1\nb.jpg,p,2\n"
    assert joined(tmp_path, rows, text).persons == ("p",)
    empty = "photograph,person,age\na.jpg,,1\nb.jpg,,2\n"
    assert joined(tmp_path, rows, empty).persons == ("x", "y")
    nobody = joined(tmp_path, [result("a.jpg")], "photograph,age\na.jpg,1\n")
    assert not nobody.has_persons
    assert nobody.flow.people is None


def test_a_photograph_without_a_person_among_others_with_one_is_left_out(tmp_path):
    rows = [result("a.jpg"), result("b.jpg")]
    found = joined(tmp_path, rows, "photograph,person,age\na.jpg,p,1\nb.jpg,,2\n")
    assert codes(found) == {("b.jpg", "no-person")}


def test_rows_of_persons_are_joined_by_the_persons_of_the_results(tmp_path):
    rows = [result("a.jpg", "p", "right"), result("b.jpg", "p", "left"), result("c.jpg", "r")]
    found = joined(tmp_path, rows, "person,age\np,57\nq,58\n")
    assert pairs(found) == {"a.jpg": "2", "b.jpg": "2"}
    assert codes(found) == {("c.jpg", "no-label-row"), ("q", "no-photograph")}
    assert_balanced(found)
    with pytest.raises(OutputError, match="the results tell no person"):
        joined(tmp_path, [result("a.jpg")], "person,age\np,57\n")


def test_a_person_with_two_rows_that_differ_is_left_out_with_what_differs(tmp_path):
    rows = [result("a.jpg", "p"), result("b.jpg", "q"), result("c.jpg", "r")]
    found = joined(tmp_path, rows, "person,age,sex\np,57,M\np,57,F\nq,40,M\nq,45,M\nr,1,M\n")
    assert found.persons == ("r",)
    assert found.flow.excluded == {"labels-contradict": 1, "two-sexes": 1}
    assert [each.text.partition(": ")[2] for each in found.exclusions[:2]] == [
        "sex male or female", "age 40 or 45",
    ]  # fmt: skip
    assert_balanced(found)


def test_a_table_of_labels_without_rows_is_refused(tmp_path):
    with pytest.raises(OutputError, match="has no rows below"):
        joined(tmp_path, [result("a.jpg")], "photograph,age\n")


def test_rows_of_the_eyes_of_persons_are_joined_by_the_eye(tmp_path):
    rows = [result("a.jpg", "p", "right"), result("b.jpg", "p", "left"), result("c.jpg", "p")]
    text = "person,eye,age,VA\np,OD,57,0.5\np,OS,57,1.0\n"
    found = joined(tmp_path, rows, text)
    assert pairs(found) == {"a.jpg": "2", "b.jpg": "3", "c.jpg": "2"}
    assert [each.label.groups["VA"] for each in found.photographs] == ["0.5", "1.0", ""]
    assert [each.eye for each in found.photographs] == ["right", "left", None]
    assert_balanced(found)


def test_visits_of_persons_are_joined_by_a_column_of_the_results(tmp_path):
    text = "person,day,age\np,2020-01-01,57\np,2023/1/1,60\nq,2020-01-01,40\n"
    rows = [
        result("a.jpg", "p", day="2020-01-01 09:00:00"),
        result("b.jpg", "p", day="2023-01-01"),
        result("c.jpg", "p", day="2024-01-01"),
        result("d.jpg", "q", day=""),
    ]
    found = joined(tmp_path, rows, text, visit="day")
    assert pairs(found) == {"a.jpg": "2", "b.jpg": "3", "d.jpg": "4"}
    assert [each.visit for each in found.photographs] == ["2020-01-01", "2023-01-01", "2020-01-01"]
    assert_balanced(found)
    with pytest.raises(
        OutputError, match=r"line 3: a person has several visits, and no column day"
    ):
        joined(tmp_path, [result("a.jpg", "p")], text, visit="day")


def test_visits_of_a_column_called_so_are_joined_without_being_named(tmp_path):
    text = "person,visit,age\np,2020-01-01,57\np,2023-01-01,60\n"
    found = joined(tmp_path, [result("a.jpg", "p", visit="2023/1/1")], text)
    assert pairs(found) == {"a.jpg": "3"}
    with pytest.raises(OutputError, match="no column visit of the results"):
        joined(tmp_path, [result("a.jpg", "p")], text)


@pytest.mark.parametrize("other", ["p1", "P 1", "P01", "ｐ１"])
def test_persons_that_differ_in_what_a_spreadsheet_changes_are_told(tmp_path, other):
    rows = [result("a.jpg"), result("b.jpg"), result("c.jpg")]
    text = f"photograph,person,age\na.jpg,P1,1\nb.jpg,{other},1\nc.jpg,P10,1\n"
    assert joined(tmp_path, rows, text).flow.notes == ("persons-alike",)
    other = text.replace(other, "P100")
    assert joined(tmp_path, rows, other).flow.notes == ()


def test_persons_of_labels_and_results_are_one_in_any_width(tmp_path):
    found = joined(tmp_path, [result("a.jpg", "Ｐ１")], "person,age\nP1,57\n")
    assert found.persons == ("P1",)


def test_an_eye_is_that_of_the_results_else_that_of_the_labels(tmp_path):
    rows = [result("a.jpg"), result("b.jpg", eye="left"), result("c.jpg", eye="left")]
    text = "photograph,eye,age\na.jpg,右,1\nb.jpg,R,2\nc.jpg,,3\n"
    found = joined(tmp_path, rows, text)
    assert [each.eye for each in found.photographs] == ["right", "left", "left"]
    assert found.flow.notes == ("eyes-contradict",)


def test_what_holds_for_all_of_it_is_noted_in_both_languages(tmp_path):
    text = "photograph,age,person,visit\na.jpg,1,p,first\n"
    run = {"table_sha256": "0" * 64}
    found = joined(tmp_path, [result("a.jpg")], text, visit="visit", run=run)
    assert found.flow.notes == ("table-changed", "visits-no-days")
    english, japanese = found.flow.note_texts("visits-no-days")
    assert english.endswith("The first: labels.csv, line 2.")
    assert japanese.endswith("最初の箇所：labels.csv, line 2。")
    for english, japanese in FLOW_NOTES.values():
        assert english.isascii()
        assert not japanese.isascii()
    for reason in REASONS.values():
        assert reason.text("en")[0].islower() or reason.text("en")[0] == "o"
        assert not reason.text("ja").isascii()


def test_labels_of_an_output_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(SettingError, match=r"--label cup=age: .*known: age, a\.age, sex, s\.sex"):
        joined(tmp_path, [result("a.jpg")], "photograph,age\na.jpg,1\n", labels={"cup": "age"})


def test_photographs_of_a_folder_are_joined_by_path_and_digest(photographs, tmp_path, monkeypatch):
    listing = list_photographs([photographs])
    named = [photographs / "left/1.png", "photographs/left/5.png", "right/0.png", "gone/2.png"]
    content = (photographs / "right/2.png").read_bytes()
    from hashlib import sha256

    digests = ["", "", "", sha256(content).hexdigest()]
    lines = "".join(f"{name},{each},1\n" for name, each in zip(named, digests, strict=True))
    table = labels_of(tmp_path, f"photograph,sha256,age\n{lines}")
    found = join_listing(listing, table)
    assert pairs(found) == {
        "left/1.png": "2", "left/5.png": "3", "right/0.png": "4", "right/2.png": "5",
    }  # fmt: skip
    assert found.results is None
    assert_balanced(found)


names = st.sampled_from(["a.jpg", "b.jpg", "x/a.jpg", "y/b.jpg", "c.jpg", "q"])


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(names, st.sampled_from("12"), st.sampled_from(["", "p", "q"])), min_size=1,
             max_size=6, unique_by=lambda each: each[0]),
    st.lists(st.tuples(names, st.sampled_from(["1", "2", ""]), st.sampled_from("MF"),
                       st.sampled_from(["", "p", "q"])), max_size=6),
    st.booleans(),
)  # fmt: skip
def test_whatever_the_tables_say_everything_is_accounted_for(
    tmp_path, photographs, labels, digested
):
    rows = [result(name, person, sha256=digest(file)) for name, file, person in photographs]
    lines = "".join(
        f"{name},{digest(file) if file and digested else ''},{sex},{person}\n"
        for name, file, sex, person in labels
    )
    try:
        found = joined(tmp_path, rows, f"photograph,sha256,sex,person\n{lines}")
    except OutputError as error:
        said = ("may be", "may both be", "no row", "no rows", "are left out: ")
        assert any(what in str(error) for what in said)
        return
    assert_balanced(found)
    assert len({each.name for each in found.photographs}) == len(found.photographs)
    assert len({each.sha256 for each in found.photographs}) == len(found.photographs)
