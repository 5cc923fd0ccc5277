"""The page at `/`, as people use it: in a browser, against a running server."""

import csv
import io
import json
import re
import urllib.request

import pytest
from PIL import Image

from ..conftest import made_picture
from .browsing import finished, give, needs_browser, row
from .conftest import encoded_picture

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

NAMES = ("demo-age", "demo-sex")


def answer_of(server, path, explain="none"):
    """The entry that the interface itself gives."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/v1/predict?explain={explain}",
        path.read_bytes(), {"content-type": "image/jpeg"},
    )  # fmt: skip
    with urllib.request.urlopen(request) as response:
        return json.load(response)["photographs"][0]


def values_of(entry):
    return [
        value["value"] for name in NAMES for value in entry["estimates"][name]["values"].values()
    ]


def numbers(place):
    return [float(each.get_attribute("value")) for each in place.locator("data").all()]


def test_values_are_those_of_the_interface_and_a_bad_picture_harms_no_other(
    visit, server, eyes, tmp_path
):
    bad = tmp_path / "secret-name.jpg"
    bad.write_bytes((eyes / "person-00001-left.jpg").read_bytes()[:-5000])
    page = visit()
    give(page, eyes / "person-00001-left.jpg", bad, eyes / "person-00002-left.jpg")
    for path in (eyes / "person-00001-left.jpg", eyes / "person-00002-left.jpg"):
        shown = row(page, path.name)
        assert numbers(shown) == values_of(answer_of(server, path))
        assert "years" in shown.inner_text()
        assert re.search(r"(Male|Female)\ndemo-sex Demo\n\d\d? %", shown.inner_text())
    assert "cannot be estimated" in row(page, bad.name).locator(".problem").inner_text()
    assert "3 of 3 photographs 1 with a problem" in page.locator(".progress").inner_text()
    asked = [each for each in page.watched.requests if "predict" in each.url]
    assert len(asked) == 3
    assert not any("secret" in f"{r.url}{r.headers}{r.post_data_buffer}" for r in asked)


def test_both_eyes_stand_side_by_side_the_right_one_first(visit, server, eyes):
    page = visit()
    give(page, *eyes.glob("*.jpg"))
    cells = row(page, "person-00001").locator("td")
    assert cells.count() == 2
    for cell, side in zip(cells.all(), ("right", "left"), strict=True):
        path = eyes / f"person-00001-{side}.jpg"
        assert cell.locator(".file").inner_text() == path.name
        assert numbers(cell) == values_of(answer_of(server, path))
    first, second = (cell.bounding_box() for cell in cells.all())
    assert first["x"] + first["width"] <= second["x"] + 1
    assert first["y"] == second["y"]
    lone = row(page, "person-00003-left.jpg").locator("td")
    assert "No photograph" in lone.first.inner_text()
    assert lone.last.locator("data").count() == 2


def test_the_map_lies_over_the_picture_under_the_mouse_and_under_the_keyboard(visit, eyes):
    page = visit()
    give(page, eyes / "person-00001-left.jpg", eyes / "person-00001-right.jpg")
    assert page.watched.sent("explain=map") == []
    thumbnails = page.locator(".thumbnail")
    thumbnails.first.hover()
    layer = thumbnails.first.locator(".layer[data-of=demo-age]")
    layer.locator("canvas").first.wait_for()
    assert "years" in layer.locator(".legend").inner_text()
    page.mouse.move(0, 0)
    layer.wait_for(state="detached")
    page.locator("#map-choice").focus()
    page.select_option("#map-choice", "demo-sex")
    thumbnails.first.focus()
    page.keyboard.press("Tab")
    layer = thumbnails.nth(1).locator(".layer[data-of=demo-sex]")
    layer.locator("canvas").first.wait_for()
    assert layer.locator(".legend").inner_text().split() == ["female", "male"]
    assert page.locator(".layer").count() == 1
    page.keyboard.press("Shift+Tab")
    layer.wait_for(state="detached")
    page.locator(".layer[data-of=demo-sex]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".layer").count() == 0
    assert len(page.watched.sent("explain=map")) == 3


def test_on_a_tablet_a_tap_shows_both_eyes_large_with_the_map_and_its_scale(visit, eyes):
    page = visit(viewport={"width": 768, "height": 1024}, has_touch=True)
    give(page, eyes / "person-00001-left.jpg", eyes / "person-00001-right.jpg")
    page.locator(".thumbnail").first.tap()
    viewer = page.get_by_role("dialog")
    viewer.locator(".large[data-of=demo-age] canvas").nth(1).wait_for()
    assert "each of the 25 places of the map adds" in viewer.locator(".legend").inner_text()
    assert "Not a diagnosis" in viewer.inner_text()
    viewer.get_by_text("Map: Male or female").tap()
    viewer.locator(".large[data-of=demo-sex]").nth(1).wait_for()
    assert viewer.locator(".legend .ends").inner_text().split() == ["female", "neither", "male"]
    viewer.get_by_text("Photograph", exact=True).tap()
    viewer.locator(".legend").wait_for(state="detached")


def test_the_table_downloads_as_csv_for_a_spreadsheet(visit, server, eyes, tmp_path):
    dangerous = tmp_path / "=1+1.jpg"
    dangerous.write_bytes((eyes / "person-00002-left.jpg").read_bytes())
    bad = tmp_path / "bad, cut.png"
    bad.write_bytes(encoded_picture(1)[:-200])
    page = visit()
    give(page, eyes / "person-00001-left.jpg", eyes / "person-00001-right.jpg", dangerous, bad)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "gantei.csv"
    data = download.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = {
        line["photograph"]: line for line in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    }
    assert set(rows) == {
        "'=1+1.jpg", "bad, cut.png", "person-00001-left.jpg", "person-00001-right.jpg"
    }  # fmt: skip
    right = rows["person-00001-right.jpg"]
    entry = answer_of(server, eyes / "person-00001-right.jpg")
    columns = ("demo-age.age (years)", "demo-sex.male (probability)")
    assert [float(right[column]) for column in columns] == values_of(entry)
    assert (right["person"], right["eye"], right["sha256"]) == (
        "person-00001", "right", entry["sha256"],
    )  # fmt: skip
    assert "demo-age: Demo: trained on drawings" in right["warnings"]
    assert "demo-age:notice" in right["warning_codes"].split(" ")
    assert "cannot be estimated" in rows["bad, cut.png"]["error"]


def test_it_speaks_the_browsers_language_and_changes_it(visit, eyes):
    page = visit(locale="ja-JP")
    give(page, eyes / "person-00001-left.jpg")
    html = page.locator("html")
    assert html.get_attribute("lang") == "ja"
    assert "描かれた眼底写真からの架空の年齢" in page.locator(".estimator").first.inner_text()
    assert "値に意味はありません" in page.locator("#notices").inner_text()
    assert "歳" in page.locator("#table").inner_text()
    page.get_by_role("button", name="English").click()
    assert html.get_attribute("lang") == "en"
    assert "its numbers mean nothing" in page.locator("#notices").inner_text()
    assert "years" in page.locator("#table").inner_text()
    assert page.title() == "gantei: age and sex from fundus photographs"
    use = page.locator("#use")
    assert "Not a diagnosis" in use.inner_text()
    assert "診断ではありません" in use.inner_text()
    page.mouse.wheel(0, 3000)
    assert use.bounding_box()["y"] == 0
    page.reload()
    assert html.get_attribute("lang") == "en"
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [
        0,
        0,
        "",
    ]


def test_a_folder_is_taken_with_all_below_it_and_every_other_file_is_told_with_its_reason(
    visit, eyes
):
    page = visit()
    page.locator(".estimator").first.wait_for()
    page.set_input_files("#folder", str(eyes))
    finished(page)
    assert row(page, "eyes/person-00001").locator("td").count() == 2
    told = page.locator("#left-out")
    assert told.inner_text() == "7 files: 5 photographs taken, 2 left out"
    reasons = page.locator(".reasons")
    assert reasons.inner_text().split("\n") == [
        "a table, not a picture 1 file", "eyes/labels.csv",
        "text, not a picture 1 file", "eyes/README.txt",
    ]  # fmt: skip
    page.set_input_files("#folder", str(eyes))
    page.get_by_text("7 files: 0 photographs taken, 7 left out").wait_for()
    page.get_by_text("Left out, and why (7)").click()
    assert "already here 5 files" in reasons.inner_text()
    page.get_by_role("button", name="日本語").click()
    assert "すでに追加済みです 5 件" in reasons.inner_text()
    page.get_by_role("button", name="すべて消去").click()
    assert (told.inner_text(), reasons.count()) == ("", 0)


def test_a_folder_and_a_photograph_can_be_dropped(visit, eyes, tmp_path):
    single = tmp_path / "single.png"
    single.write_bytes(encoded_picture(3))
    page = visit()
    page.locator(".estimator").first.wait_for()
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(eyes), str(single)], "dragOperationsMask": 1}
        browser.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
    finished(page)
    assert row(page, "eyes/person-00002").locator("data").count() == 4
    assert row(page, "single.png").locator("data").count() == 2
    side = row(page, "single.png").locator("td").get_attribute("data-side")
    assert side == "The name does not say which eye"


def test_a_photograph_is_drawn_upright(visit, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    Image.fromarray(made_picture(1, 200)[:120]).save(path, exif=exif)
    page = visit()
    give(page, path)
    image = page.locator(".thumbnail img[src]")
    image.wait_for(state="attached")
    page.locator(".thumbnail").hover()
    page.locator(".layer canvas").first.wait_for()
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [120, 200]


def test_an_estimator_that_is_chosen_later_is_asked_alone(visit, eyes):
    page = visit()
    page.get_by_role("checkbox", name="Sex of invented people").uncheck()
    give(page, eyes / "person-00001-left.jpg")
    assert page.locator("#table data").count() == 1
    page.get_by_role("checkbox", name="Sex of invented people").check()
    page.locator("#table data").nth(1).wait_for()
    first, second = page.watched.sent("predict")
    assert ("demo-age" in first, "demo-sex" in first) == (True, False)
    assert ("demo-age" in second, "demo-sex" in second) == (False, True)
    page.get_by_role("checkbox", name="Age of invented people").uncheck()
    assert "Male" in page.locator("#table dl").inner_text()
    assert "Age" not in page.locator("#table dl").inner_text()
