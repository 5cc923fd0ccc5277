"""The page on paper, as a printer or a PDF has it, and tiles of what no browser can show."""

import re

import pytest
from PIL import Image

from .browsing import give, needs_browser, row
from .page_fixtures import DRAWN

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

A4 = (595, 842)  # points
WIDTH = 703  # pixels that @page leaves of it: 210 mm less 12 mm on each side


def pages(page):
    """How many pages the PDF has that the browser would save, and their sizes in points."""
    data = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert len(boxes) == len(re.findall(rb"/Type /Page\b", data))
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def shown(page, selector):
    return page.locator(selector).evaluate_all(
        "all => all.filter(each => each.checkVisibility()).length"
    )


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("ja-JP", "dark")])
def test_one_person_is_printed_on_one_page_with_what_it_is_not(visit, eyes, locale, scheme):
    page = visit(locale=locale, color_scheme=scheme)
    give(page, *eyes.glob("*.jpg"))
    page.locator(".thumbnail").first.click()
    page.locator(".large[data-of=demo-age] canvas").nth(1).wait_for()
    page.locator("#real-age").fill("52")
    assert pages(page) == [A4]
    page.set_viewport_size({"width": WIDTH, "height": 1000})
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator("#viewer").evaluate("each => each.scrollWidth") <= WIDTH
    assert shown(page, "main, .top, #viewer button, #viewer input") == 0
    assert shown(page, "#viewer .use") == 2
    viewer = page.locator("#viewer")
    for text in ("Research use. Not a diagnosis.", "研究用です。診断ではありません。"):
        assert viewer.inner_text().count(text) == 2
    assert viewer.locator("h2").inner_text() == "person-00001"
    notes = viewer.locator(".sheet").inner_text()
    assert ("Printed" if locale == "en-GB" else "印刷日時") in notes
    for name in ("demo-age", "demo-sex", "person-00001-left.jpg", "person-00001-right.jpg"):
        assert re.search(rf"{name}.*sha256 [0-9a-f]{{16}}…", notes), notes
    assert "52" in viewer.locator(".gap").inner_text()
    colour, ground = viewer.evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    )
    assert (colour, ground) == ("rgb(20, 36, 42)", "rgb(255, 255, 255)")


def test_a_lone_photograph_a_card_and_the_table_are_printed_without_what_is_pressed(visit, eyes):
    page = visit()
    give(page, *eyes.glob("person-0000[13]-*.jpg"))
    page.get_by_role("button", name="Enlarge person-00003-left.jpg").click()
    page.locator(".large[data-of=demo-age] canvas").wait_for()
    assert pages(page) == [A4]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Card of Age of invented people").click()
    page.locator(".card .text h2").first.wait_for()
    assert len(pages(page)) >= 2
    page.emulate_media(media="print")
    assert shown(page, "main, #card button") == 0
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Sex of invented people").uncheck()
    page.emulate_media(media="print")
    assert shown(page, "button:not(.thumbnail), select, .drop") == 0
    assert shown(page, ".estimator") == 1
    assert shown(page, "#use") == 1
    assert shown(page, "#table td data") == 3


def test_the_button_prints(visit, eyes):
    page = visit(init="window.print = () => (window.printed = (window.printed ?? 0) + 1)")
    give(page, *eyes.glob("person-00001-*.jpg"))
    page.locator(".thumbnail").first.click()
    page.get_by_role("button", name="Print or PDF").click()
    assert page.evaluate("window.printed") == 1


def test_what_no_browser_shows_has_a_tile_with_words_and_its_map_alone(visit, tmp_path):
    with Image.open(DRAWN / "golden-1.jpg") as photograph:
        photograph.save(tmp_path / "one.tif")
        photograph.save(tmp_path / "two.bmp")
    (tmp_path / "cut.jpg").write_bytes((DRAWN / "golden-1.jpg").read_bytes()[:-4000])
    page = visit()
    give(page, *tmp_path.iterdir())
    tile = row(page, "one.tif").locator(".no-preview")
    tile.wait_for()
    assert tile.inner_text() == "TIF: browsers show no preview"
    assert row(page, "cut.jpg").locator(".no-preview").inner_text() == "No preview"
    row(page, "two.bmp").locator("img[src]").wait_for(state="attached")
    page.get_by_role("button", name="日本語").click()
    assert tile.inner_text() == "TIF：ブラウザーでは表示できません"
    page.get_by_role("button", name="English").click()
    tile.click()
    viewer = page.get_by_role("dialog")
    viewer.locator(".large[data-of=demo-age] canvas").wait_for()
    assert "The map alone" in viewer.inner_text()
    viewer.get_by_text("Photograph", exact=True).click()
    viewer.locator(".no-preview").wait_for()
    assert viewer.locator(".large canvas, .map-alone").count() == 0


def test_thumbnails_far_below_the_window_are_there_for_the_printer(visit, eyes):
    page = visit(viewport={"width": 390, "height": 300})
    give(page, *eyes.glob("*.jpg"))
    assert page.evaluate("scrollY") == 0
    page.locator(".thumbnail img[src]").nth(4).wait_for(state="attached")
