"""The page of a server that was started with a calibration: what a doctor reads of it."""

import csv
import io
import json
import urllib.request

import pytest

from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import find

from ..calibrated import calibration_of, line, logistic
from .browsing import give, needs_browser
from .page_fixtures import DRAWN
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

AGE, SEX = (find(name).manifest for name in ("demo-age", "demo-sex"))
PHOTOGRAPH = DRAWN / "golden-1.jpg"


def started(tmp_path_factory, *calibrations):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANTEI_HOME", str(tmp_path_factory.mktemp("home")))
        for each in calibrations:
            save_calibration(each)
        log = tmp_path_factory.mktemp("log") / "log"
        return Server("demo-age", log, "--with", "demo-sex", "--calibration", "clinic")


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """A server of both demo estimators, calibrated at `clinic`."""
    running = started(tmp_path_factory, calibration_of(AGE), calibration_of(SEX))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A server whose calibration knows of no photograph like those that are given."""
    few = {
        name: output.model_copy(update={"covariance": None})
        for name, output in calibration_of(SEX).outputs.items()
    }
    young = calibration_of(AGE, outputs={"age": line(edges=(0.0, 1.0))})
    running = started(tmp_path_factory, young, calibration_of(SEX, outputs=few))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def certain(tmp_path_factory):
    """A server whose calibration takes everybody for a man."""
    steep = {"sex": logistic(intercepts=(12.0,), variance=1e-4)}
    running = started(tmp_path_factory, calibration_of(AGE), calibration_of(SEX, outputs=steep))
    yield running
    running.stop()


def estimates_of(server):
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/v1/predict", PHOTOGRAPH.read_bytes(),
        {"content-type": "image/jpeg"},
    )  # fmt: skip
    with urllib.request.urlopen(request) as response:
        return json.load(response)["photographs"][0]["estimates"]


def percent(probability):
    return f"{100 * probability:.0f} %"


def lines(page):
    return [" ".join(each.inner_text().split()) for each in page.locator(".calibrated").all()]


def test_a_calibrated_value_stands_below_the_value_with_its_interval_and_on_whom(visit, calibrated):
    page = visit(calibrated)
    give(page, PHOTOGRAPH)
    estimates = estimates_of(calibrated)
    age = estimates["demo-age"]["calibrated"]["age"]
    (male,) = estimates["demo-sex"]["calibrated"].values()
    assert lines(page) == [
        f"{age['value']:.0f} years (90 % interval {age['low']:.0f} to {age['high']:.0f}), "
        "calibrated at clinic on 200 people",
        f"{percent(male['value'])} (90 % interval {percent(male['low'])} to "
        f"{percent(male['high'])}), calibrated at clinic on 200 people",
    ]
    assert page.get_by_text("before calibration", exact=True).count() == 2
    raw = [float(each.get_attribute("value")) for each in page.locator("#table data").all()]
    assert raw == [v["value"] for each in estimates.values() for v in each["values"].values()]
    tile = page.locator(".estimator").first.inner_text()
    assert "Calibrated at clinic on 200 people aged 30 to 80, 2026-11-29: 90 % intervals" in tile


def test_it_is_said_in_japanese_too(visit, calibrated):
    page = visit(calibrated, path="/#ja")
    give(page, PHOTOGRAPH)
    age = estimates_of(calibrated)["demo-age"]["calibrated"]["age"]
    assert lines(page)[0] == (
        f"{age['value']:.0f} 歳（90 % 区間 {age['low']:.0f}～{age['high']:.0f}）、"
        "clinic の 200 人で較正"
    )
    assert (
        "較正：clinic、200 人（30～80 歳）、2026-11-29。区間は 90 %"
        in page.locator(".estimator").first.inner_text()
    )


def test_where_there_is_no_interval_it_says_so_and_why(visit, outside):
    page = visit(outside)
    give(page, PHOTOGRAPH)
    age, male = lines(page)
    assert "years (no interval), calibrated at clinic" in age
    assert "(no interval: calibrated on too few people), calibrated at clinic" in male
    cautions = page.locator("#table .warnings").inner_text()
    assert "lies outside the estimates that were calibrated, 0 to 1 years" in cautions


def test_no_probability_reads_as_certain(visit, certain):
    page = visit(certain)
    give(page, PHOTOGRAPH)
    (male,) = estimates_of(certain)["demo-sex"]["calibrated"].values()
    assert male["value"] > 0.999
    _, said = lines(page)
    assert said == "> 99 % (90 % interval > 99 %), calibrated at clinic on 200 people"


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_into_the_window_and_stands_in_the_large_view(visit, calibrated, width):
    page = visit(calibrated, viewport={"width": width, "height": 900})
    give(page, PHOTOGRAPH)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".thumbnail").click()
    assert page.get_by_role("dialog").locator(".calibrated").count() == 2


def test_the_csv_has_the_columns_of_the_calibration(visit, calibrated, outside):
    for server in (calibrated, outside):
        page = visit(server)
        give(page, PHOTOGRAPH)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download CSV").click()
        text = download.value.path().read_bytes().decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        age = estimates_of(server)["demo-age"]
        for ending, key in (("calibrated", "value"), ("low", "low"), ("high", "high")):
            cell = row[f"demo-age.age.{ending} (years)"]
            assert (float(cell) if cell else None) == age["calibrated"]["age"][key]
        for each in age["calibration_warnings"]:
            assert f"demo-age:{each['code']}" in row["warning_codes"].split()


def test_without_a_calibration_nothing_is_said_of_one(visit, server):
    page = visit(server)
    give(page, PHOTOGRAPH)
    assert page.locator(".calibrated").count() == 0
    assert "calibrat" not in page.locator("body").inner_text().lower()


def test_the_mean_of_both_eyes_is_calibrated_without_an_interval_and_the_gap_is_not(
    visit, calibrated, tmp_path
):
    for number, side in ((1, "left"), (2, "right")):
        (tmp_path / f"p-{side}.jpg").write_bytes((DRAWN / f"golden-{number}.jpg").read_bytes())
    page = visit(calibrated)
    give(page, tmp_path / "p-left.jpg", tmp_path / "p-right.jpg")
    raw = [float(each.get_attribute("value")) for each in page.locator("td data").all()][::2]
    said = [" ".join(each.inner_text().split()) for each in page.locator("th .calibrated").all()]
    assert all(each.endswith("calibrated (no interval for two eyes)") for each in said)
    eyes = page.locator("td .calibrated strong").all_inner_texts()[::2]
    low, high = sorted(float(each.split()[0]) for each in eyes)
    assert low <= float(said[0].split()[0]) <= high
    assert "before calibration" in page.locator("th .both").inner_text()
    page.locator(".thumbnail").first.click()
    viewer = page.get_by_role("dialog")
    viewer.get_by_label("Real age").fill("0")
    gap = float(viewer.locator(".gap .mean").inner_text())
    assert gap == pytest.approx(sum(raw) / 2, abs=0.051)
    assert "the estimate before calibration" in viewer.inner_text()


def test_the_calibrated_value_is_larger_than_the_one_before_and_stands_on_the_sheet(
    visit, calibrated
):
    page = visit(calibrated)
    give(page, PHOTOGRAPH)
    size = "each => parseFloat(getComputedStyle(each).fontSize)"
    raw, found = (
        page.locator(f"#table {part}").first.evaluate(size)
        for part in ("data", ".calibrated strong")
    )
    assert found > raw
    page.locator(".thumbnail").click()
    page.locator(".large[data-of=demo-age] canvas").wait_for()
    page.emulate_media(media="print")
    notes = page.locator("#viewer .sheet").inner_text()
    assert notes.count("Calibrated at clinic on 200 people") == 2
