"""What makes no gap, or a wrong one, is refused with the reason, and says what to do."""

import numpy as np
import pytest

import gantei
from gantei.command_line import main
from gantei.errors import GanteiError, OutputError, SettingError

from .evaluated import AGE, SEX, write_labels, write_results
from .gapped import COLUMNS, gap_tables, gapped

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
HEALTHY = {"group": "group", "reference_group": "healthy"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return gap_tables(tmp_path_factory.mktemp("tables"), gapped(40, 40))


@pytest.fixture(scope="module")
def report(tables, tmp_path_factory):
    pytest.importorskip("matplotlib", reason="needs the extra study")
    out = tmp_path_factory.mktemp("reports") / "report"
    options = ("--group", "group", "--reference-group", "healthy", "--out", str(out))
    assert main(["gap", str(tables[0]), "--labels", str(tables[1]), *options]) == 0
    return out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"group": "group"}, r"name the healthy ones by --reference-group; groups of group: case "
         r"\(40\), healthy \(40\)"),
        ({"group": "group", "reference_group": "helthy"}, r"is no group; groups of group: case"),
        ({"group": "group", "reference_group": "all"}, "1.5 years came out as 1.19"),
        ({"reference_group": "healthy"}, "name the column of groups by --group"),
        ({"group": "camra", "reference_group": "A"}, "--group camra: nothing is called so"),
        ({**HEALTHY, "covariates": ["camra"]}, "--covariates camra: nothing is called so"),
        ({"output": "net.age.calibrated"}, "1.5 years came out as 1.6 to 1.7"),
        ({"age": "net.age.calibrated"}, "1.5 years came out as 1.6 to 1.7"),
        ({"label": {"age": "net.age.low"}}, "1.5 years came out as 1.6 to 1.7"),
        ({"label": {"age": "adjusted_gap"}}, "correction alone improves both"),
        ({"age": "corrected age"}, "correction alone improves both"),
        ({"output": "net.sex"}, "is no age in years"),
        ({**HEALTHY, "covariates": ["age"]}, "real age and its square are in the model"),
        ({**HEALTHY, "covariates": ["eye"]}, "the eyes of a person are averaged"),
        ({**HEALTHY, "covariates": ["raw_gap"]}, "made of the estimates themselves"),
        ({**HEALTHY, "covariates": ["group"]}, "forms the groups already"),
        ({**HEALTHY, "covariates": ["sex", "sex"]}, "sex is given twice"),
        ({**HEALTHY, "covariates": ["stage"]}, "say stage:category or stage:number"),
        ({"group": "person", "reference_group": "p1"}, "80 groups, more than 20|nothing is called"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(tables, options, said):
    with pytest.raises(SettingError, match=said):
        gantei.gap(*tables, **options)


def test_everybody_as_their_own_reference_is_refused(tables):
    with pytest.raises(SettingError, match=r"nobody is both.*came out as 1.19"):
        gantei.gap(*tables, reference=tables[0])


def test_a_reference_by_other_weights_is_refused(tables, tmp_path):
    others = [{**each, "person": f"q{each['person']}", "photograph": f"q{each['photograph']}"}
              for each in gapped(20, 0)]  # fmt: skip
    other = {**AGE, "weights_sha256": "2" * 64}
    reference, labels = gap_tables(tmp_path, others, outputs=(other,))
    with pytest.raises(SettingError, match="is by other weights"):
        gantei.gap(*tables, reference=reference, reference_labels=labels)


def test_labels_without_real_ages_are_refused(tables, tmp_path):
    records = gapped(40, 40)
    labels = write_labels(
        tmp_path / "l.csv", records, tuple(each for each in COLUMNS if each != "age")
    )
    with pytest.raises(SettingError, match="no column has ages, and a gap is the estimate minus"):
        gantei.gap(tables[0], labels)


def test_labels_without_persons_are_refused(tables, tmp_path):
    labels = write_labels(tmp_path / "l.csv", gapped(40, 40), ("photograph", "age"))
    with pytest.raises(SettingError, match="two eyes are not two people; name the column"):
        gantei.gap(tables[0], labels)


def test_a_camera_that_goes_with_the_group_is_named_and_refused(tmp_path):
    records = [{**each, "camera": each["group"][0]} for each in gapped(30, 30)]
    tables = gap_tables(tmp_path, records)
    with pytest.raises(
        SettingError, match=r"--covariates camera: goes with the group.*Leave it out"
    ):
        gantei.gap(*tables, **HEALTHY, covariates=["sex", "camera"])
    twins = [each for each in gapped(60, 0) if each["eye"] == "right"]
    for number, each in enumerate(twins):
        each["group"] = "case" if number % 3 else "healthy"
        each["bmi"], each["stage"] = f"{each['stage']}.5", f"s{each['stage']}"
    tables = gap_tables(tmp_path, twins, name="t")
    with pytest.raises(SettingError, match=r"--covariates bmi.*the other covariates"):
        gantei.gap(*tables, **HEALTHY, covariates=["stage", "bmi"])


def corrected(records, of):
    """Correct estimates by the line that is fitted in some of them, as scripts do."""
    age, estimate = (np.array([float(each[key]) for each in records]) for key in ("age", "net.age"))
    chosen = np.array([each["group"] in of for each in records])
    slope, start = np.polyfit(age[chosen], estimate[chosen], 1)
    fixed = estimate - (start + slope * age) + age
    return [{**each, "net.age": f"{one:.9f}"} for each, one in zip(records, fixed, strict=True)]


def test_estimates_that_were_corrected_in_everybody_are_refused_everywhere(tmp_path):
    records = corrected(gapped(40, 40), ("healthy", "case"))
    tables = gap_tables(tmp_path, records)
    for call in (gantei.gap, gantei.evaluate):
        with pytest.raises(OutputError, match=r"slope of net.age on real age is exactly 1.*1.19"):
            call(*tables)


def test_no_accuracy_is_measured_of_a_table_of_gaps(report, tables):
    for columns in ({}, {"label": {"age": "adjusted_gap"}}):
        with pytest.raises(GanteiError, match=r"correction alone improves both"):
            gantei.evaluate(report / "persons.csv", tables[1], **columns)
    with pytest.raises(SettingError, match="PMC8357007, PMC9188975"):
        gantei.evaluate(tables[0], report / "persons.csv", label={"age": "adjusted_gap"})
    with pytest.raises(SettingError, match="compare gaps of groups with gantei gap"):
        gantei.evaluate(tables[0], report / "persons.csv", age="raw_gap")


def test_real_ages_of_that_table_may_be_used(report, tmp_path):
    results = write_results(tmp_path / "r.csv", gapped(40, 40), (AGE,), persons=True)
    found = gantei.evaluate(results, report / "persons.csv")
    assert found.figure("net.age", "person", "mae").people == 80


def test_results_without_an_age_are_refused(tmp_path):
    records = [{**each, "net.male": "0.5"} for each in gapped(12, 0)]
    results = write_results(tmp_path / "r.csv", records, (SEX,))
    labels = write_labels(tmp_path / "l.csv", records, COLUMNS)
    with pytest.raises(SettingError, match=r"has no age in years; it has net\.sex"):
        gantei.gap(results, labels)


def test_a_column_of_names_is_refused_without_naming_anybody(tmp_path):
    records = [{**each, "name": f"Hanako {each['person']}"} for each in gapped(40, 40)]
    tables = gap_tables(tmp_path, records, (*COLUMNS, "name"))
    for options in ({"group": "name", "reference_group": "x"}, {"group": "name"}):
        with pytest.raises(SettingError, match="80 groups, more than 20") as refused:
            gantei.gap(*tables, **options)
        assert "Hanako" not in str(refused.value)


def test_groups_that_differ_in_spelling_alone_are_refused(tmp_path):
    records = gapped(40, 40)
    for number, each in enumerate(records):
        each["group"] = "Case" if each["group"] == "case" and number % 2 else each["group"]
    tables = gap_tables(tmp_path, records)
    with pytest.raises(SettingError, match="'Case' and 'case' differ in spelling alone"):
        gantei.gap(*tables, **HEALTHY)


def test_a_column_of_nothing_forms_no_groups(tmp_path):
    tables = gap_tables(tmp_path, [{**each, "group": "不明"} for each in gapped(20, 20)])
    with pytest.raises(SettingError, match="nothing is known of anybody"):
        gantei.gap(*tables, **HEALTHY)
