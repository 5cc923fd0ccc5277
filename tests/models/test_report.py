"""The report of an evaluation: what it says is true, whole, harmless, small and the same."""

import base64
import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

import gantei
from gantei.catalogue.entries import find
from gantei.pages import study_page
from gantei.pages.bilingual import number_text
from gantei.report import checklist, report_page, report_writing
from gantei.report.methods_text import methods
from gantei.report.tripod_items import TRIPOD_ITEMS

from ..service.browsing import Watched, needs_browser, opened_browser
from .evaluated import AGE, SEX, STAGE, people, write_labels, write_results

pytest.importorskip("matplotlib", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")

HOSTILE = "<script>alert(1)</script>&\"'$x^2$眼科 \u202e"
LABELS = ("photograph", "person", "age", "sex", "camera", "stage")


def evaluated(folder, records, outputs=(SEX, AGE, STAGE), **options):
    results = write_results(folder / "results.csv", records, outputs)
    labels = write_labels(folder / "labels.csv", records)
    return gantei.evaluate(results, labels, **options)


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    records = people(160)
    records[0]["error_code"] = "not-a-picture"
    folder = tmp_path_factory.mktemp("tables")
    return evaluated(folder, records, by=("camera", "age:20"), sample_size={"auc": 0.05})


@pytest.fixture(scope="module")
def written(evaluation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return folder, report_writing.write_report(evaluation, folder)


@pytest.fixture(scope="module")
def report(written):
    return written[0]


@pytest.fixture(scope="module")
def names(written):
    return written[1]


class Page(HTMLParser):
    """The texts of a page, its tags, and what they point to."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.ids, self.links, self.images, self.words = [], [], [], [], []
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.images += [given["src"]] if "src" in given else []

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def page(report):
    return Page((report / "report.html").read_bytes())


@pytest.fixture(scope="module")
def drawn(evaluation):
    return report_writing.drawn_figures(evaluation)


def test_the_same_evaluation_gives_the_same_bytes(evaluation, drawn, report):
    for of_output in drawn.values():
        for placed in (*of_output.figures, *of_output.forests):
            beside = report / f"figures/{placed.kind}.svg"
            assert beside.read_bytes() == placed.figure.svg, placed.kind
            assert beside.with_suffix(".png").read_bytes() == placed.figure.png, placed.kind
    assert (report / "report.html").read_bytes() == report_page.report_page(evaluation, drawn)


def test_the_files_are_those_that_are_said(names, report):
    assert names == ("report.html", "methods.md", "checklist.csv", "figures/")
    assert {path.name for path in report.iterdir()} == {name.strip("/") for name in names}


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_every_link_of_the_page_leads_somewhere(page, report):
    inside = [link for link in page.links if link.startswith("#")]
    assert {link[1:] for link in inside} <= {*page.ids}
    assert len({*page.ids}) == len(page.ids)
    for link in {*page.links} - {*inside}:
        assert (report / link).is_file(), link
    assert {*page.tags}.isdisjoint({"script", "link", "iframe", "object", "form", "base"})


def test_every_image_is_in_the_page_and_is_the_figure_of_the_folder(page, report):
    drawn = {path.read_bytes() for path in report.glob("figures/*.svg")}
    inside = {base64.b64decode(each.removeprefix("data:image/svg+xml;base64,"))
              for each in page.images}  # fmt: skip
    assert inside == drawn - {(report / "figures/flow.svg").read_bytes()}
    assert {path.stem for path in report.glob("figures/*.png")} == {
        path.stem for path in report.glob("figures/*.svg")
    }


def test_each_kind_of_output_has_its_figures(report):
    kinds = {path.stem.split("-", 2)[2] for path in report.glob("figures/0*.svg")}
    assert {
        "estimated-against-real", "bland-altman", "error-by-decade", "roc", "precision-recall",
        "calibration", "distribution-by-label", "answers-by-class", "groups-mae", "groups-auc",
    } <= kinds  # fmt: skip


def test_the_page_is_headed_by_what_was_found_in_both_languages(page, evaluation):
    error = evaluation.figure("net.age", "person", "mae")
    low, value, high = (f"{each:.2f}" for each in (error.low, error.value, error.high))
    english = (
        f"The mean absolute error of age is {value} years (95% confidence interval {low} to {high})"
    )
    assert english in page.text
    assert f"年齢の平均絶対誤差は {value} 年（95% 信頼区間 {low}〜{high}）" in page.text
    mean = evaluation.figure("net.age", "person", "mae_of_mean").value
    assert f"for everybody would have an error of {mean:.2f} years" in page.text


def test_every_figure_of_everybody_stands_on_the_page(page, evaluation):
    for output in evaluation.outputs:
        for level in ("photograph", "eye", "person"):
            for row in evaluation.figures(output.key, level):
                if row.measure.value is not None and (
                    row.measure.label is None or level == "person"
                ):
                    assert number_text(row.measure.value, row.measure.metric) in page.text


def test_who_was_left_out_is_counted(page):
    assert "1 without an estimate, because of an error" in page.text
    assert "エラーのため推定値がない：1" in page.text
    assert "320 photographs in results.csv" in page.text


def test_no_photograph_and_no_person_is_named(report):
    for path in files(report):
        content = path.read_bytes()
        assert b".jpg" not in content, path
        assert not re.search(rb"\bp\d+\b", content if path.suffix == ".md" else b""), path


def test_the_methods_say_what_was_done(evaluation, report):
    english, japanese = methods(evaluation)
    results = next(each for each in evaluation.files if each.role == "results")
    for said in (english, japanese):
        assert "2,000" in said
        assert results.sha256[:12] in said
        assert AGE["weights_sha256"][:12] in said
        assert f"gantei {gantei.__version__}" in said
        assert "0.5" in said
        assert "age:20" in said
    assert "Of 320 photographs" in english
    assert "1 was excluded and 319 had labels, of 160 people" in english
    units = evaluation.cohorts["net.age", "person"].units
    assert f"net.age {len(units)} units of {units.present()} people" in english
    assert english.replace("_", r"\_") in (report / "methods.md").read_text("utf-8").replace(
        r"\[", "["
    ).replace(r"\]", "]")


def test_without_persons_nothing_is_said_of_draws(tmp_path):
    records = people(40)
    for record in records:
        record["person"] = ""
    found = evaluated(tmp_path, records, (AGE,))
    english, japanese = methods(found)
    assert "No confidence intervals are given" in english
    assert "bootstrap" not in english
    assert "ブートストラップ" not in japanese
    report_writing.write_report(found, tmp_path)
    page = Page((tmp_path / "report.html").read_bytes())
    assert "(no interval)" in page.text
    assert page.text.count("No confidence intervals are given, because nothing says") == 2


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_checklist_has_every_item_once_and_says_where(report, page):
    rows = rows_of((report / "checklist.csv").read_bytes())
    assert [row["item"] for row in rows] == [item.number for item in TRIPOD_ITEMS]
    assert len({row["item"] for row in rows}) == 52
    assert {int(re.match(r"\d+", row["item"])[0]) for row in rows} == {*range(1, 28)}
    for row in rows:
        assert row["answered"] in ("answered", "partly", "not answered", "not applicable")
        assert (row["answered"] in ("answered", "partly")) <= bool(row["where"]), row
        assert (row["answered"] == "partly") <= bool(row["what_is_missing"]), row
        for anchor in re.findall(r"#([\w-]+)", row["where"]):
            assert anchor in page.ids, row
    # What only the authors can know is never answered by a program.
    mine = {"1", "2", "3a", "3c", "5b", "6b", "17", "18a", "18b", "18c", "18d", "19", "25", "27c"}
    assert {row["answered"] for row in rows if row["item"] in mine} == {"not answered"}


def test_what_was_not_asked_for_is_not_answered(tmp_path):
    found = evaluated(tmp_path, people(30), (AGE,))
    said = {item.number: checklist.answer(found, item).answered for item in TRIPOD_ITEMS}
    assert [said[item] for item in ("10", "12d", "14", "23b")] == ["not answered"] * 4
    assert said["23a"] == "partly"


def test_hostile_names_stay_text(tmp_path):
    records = people(30)
    classes = {**SEX, "classes": ["female", "male"], "columns": [f"{HOSTILE}.male"]}
    output = {**classes, "estimator": HOSTILE}
    for number, record in enumerate(records):
        record[f"{HOSTILE}.male"] = record["net.male"]
        record["camera"] = HOSTILE if number % 2 else "=1+1"
    found = evaluated(tmp_path, records, (output,), by=("camera",))
    report_writing.write_report(found, tmp_path)
    content = (tmp_path / "report.html").read_bytes()
    page = Page(content)
    assert "script" not in page.tags
    assert "\u202e" not in content.decode()
    assert "alert(1)" in page.text
    for path in tmp_path.glob("figures/*.svg"):
        assert re.fullmatch(r"[\w.-]+", path.name)
        ElementTree.parse(path)
    assert "<script>" not in (tmp_path / "methods.md").read_text("utf-8")


def test_a_class_that_nobody_has_and_a_cohort_of_two_are_reported_all_the_same(tmp_path):
    records = [{**record, "sex": "male"} for record in people(2)]
    report_writing.write_report(evaluated(tmp_path, records, (SEX, AGE), by=("camera",)), tmp_path)
    text = Page((tmp_path / "report.html").read_bytes()).text
    assert "There is no AUC of sex (male), in 2 people: all are of one class." in text


def test_100_000_photographs_make_a_page_of_less_than_3_mb(evaluation):
    # The figures grow with the units behind them; the tables do not.
    random = np.random.default_rng(7)
    cohorts = {}
    for key, cohort in evaluation.cohorts.items():
        chosen = random.integers(0, len(cohort.units), 100_000)
        estimates = cohort.units.estimates[chosen]
        if cohort.output.kind == "regression":
            estimates = estimates + random.normal(0, 3, 100_000)
        units = replace(
            cohort.units, estimates=estimates, truths=cohort.units.truths[chosen],
            persons=np.arange(100_000) // 2, people=50_000,
        )  # fmt: skip
        cohorts[key] = replace(cohort, units=units)
    large = replace(evaluation, outputs=evaluation.outputs[:2], cohorts=cohorts)
    content = report_page.report_page(large, report_writing.drawn_figures(large))
    assert len(content) < 700_000 < study_page.LARGEST_PAGE
    assert len(Page(content).images) == 11


def test_figures_beyond_the_size_of_a_page_stand_in_the_folder_alone(
    evaluation, drawn, page, monkeypatch
):
    monkeypatch.setattr(study_page, "LARGEST_PAGE", 500_000)
    smaller = Page(report_page.report_page(evaluation, drawn))
    assert "it is in the folder of figures" in smaller.text
    assert 0 < len(smaller.images) < len(page.images)


def test_what_an_estimator_says_of_itself_and_what_its_publisher_reports_stand_on_the_page(
    tmp_path,
):
    manifest = find("demo-age").manifest
    output = {**AGE, "estimator": "demo-age", "weights_sha256": manifest.weights.sha256}
    records = people(30, noise=4.0)
    results = [write_results(tmp_path / name, records, (output,)) for name in ("a.csv", "b.csv")]
    found = gantei.evaluate(results, write_labels(tmp_path / "labels.csv", records))
    text = Page(report_page.report_page(found, report_writing.drawn_figures(found))).text
    assert text.count(manifest.notice) == len(results)
    assert text.count(manifest.notice_ja) == len(results)
    reported = manifest.reported[0]
    said = (
        f"The publisher reports {reported.metric} {reported.value:g} ({reported.data}); here it is"
    )
    assert text.count(f"{said} worse") == len(results)
    assert text.count("Beside what the publisher reports") == 2


@needs_browser
def test_a_browser_shows_all_of_it_asks_for_nothing_and_nothing_runs_over_a_telephone(report):
    pytest.importorskip("playwright", reason="needs requirements/check.txt")
    with opened_browser() as browser:
        for wide in (390, 1280):
            page = browser.new_page(viewport={"width": wide, "height": 800})
            watched = Watched(page, "file://")
            page.goto((report / "report.html").as_uri())
            shown = "images => images.every(each => each.naturalWidth > 0)"
            assert page.locator("img").evaluate_all(shown)
            assert page.evaluate("document.documentElement.scrollWidth") <= wide
            assert page.evaluate(
                "[...document.querySelectorAll('.wide')].every(e => e.scrollWidth <= e.clientWidth)"
            )
            over = page.evaluate(
                "[...document.querySelectorAll('body *')].filter(each => !each.closest('.wide') && "
                "each.getBoundingClientRect().right > innerWidth + 1).length"
            )
            assert over == 0
            assert page.locator(".found").first.evaluate(
                "each => getComputedStyle(each).borderLeftWidth"
            ) == "6px"  # fmt: skip
            assert len(watched.requests) == 1
            watched.assert_quiet()


def test_groups_that_differ_within_persons_are_told_by_the_level_where_they_do_not(tmp_path):
    cameras = {"right": "A", "left": "B"}
    records = [{**each, "camera": cameras[each["eye"]], "site": "N"} for each in people(60)]
    results = write_results(tmp_path / "results.csv", records, (SEX, AGE))
    labels = write_labels(
        tmp_path / "labels.csv", records, ("photograph", "person", "age", "sex", "camera", "site")
    )
    found = gantei.evaluate(results, labels, by=("camera", "site", "eye"))
    levels = [found.level_of_groups("net.sex", each) for each in ("camera", "site", "eye")]
    assert levels == ["eye", "person", "eye"]
    assert found.cohorts["net.sex", "person"].several == {"camera": 60, "site": 0, "eye": 60}
    report_writing.write_report(found, tmp_path)
    drawn = {path.name for path in (tmp_path / "figures").glob("*groups-auc*.svg")}
    assert drawn == {"01-net.sex-groups-auc.svg", "01-net.sex-groups-auc-by-eye.svg"}
    page = (tmp_path / "report.html").read_text("utf-8")
    why = "per eye, because photographs differ in it in 60 of 60 units per person"
    assert why in page
    assert "not known, or several" not in page
    english, japanese = methods(found)
    assert f"For net.sex and net.age, subgroups of camera were analysed {why}." in english
    assert "眼ごと（対象者ごとでは 60 件中 60 件" in japanese


def test_groups_that_differ_in_few_persons_are_told_by_person(tmp_path):
    records = people(60)
    records[0]["camera"] = "other"
    found = evaluated(tmp_path, records, (SEX,), by=("camera",))
    assert found.level_of_groups("net.sex", "camera") == "person"


def test_an_output_of_eyes_beside_one_of_persons_is_told_by_eye(tmp_path):
    records = [
        {**each, "stage": "mild" if each["eye"] == "left" else "none"} for each in people(40)
    ]
    found = evaluated(tmp_path, records, (AGE, STAGE), by=("camera",))
    assert [found.level_of(each.key) for each in found.outputs] == ["person", "eye"]
    report_writing.write_report(found, tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "No units are left per person, so the figures are per eye." in page
    assert "An eye at one visit" not in page
    assert "Each point is an eye." in page
    assert "The unit of analysis was an eye: net.stage 80 units of 40" in page
