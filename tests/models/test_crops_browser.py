"""Sheets of crops in a browser: nothing is blocked, nothing is asked for, every link leads on."""

import pytest
from PIL import Image

from gantei.sheets import sheet_pages

from ..conftest import made_picture
from ..service.browsing import Watched, needs_browser, opened_browser
from .sheet_reading import changed, crops

pytest.importorskip("playwright", reason="needs requirements/check.txt")


@needs_browser
def test_a_browser_shows_every_picture_asks_for_nothing_and_goes_from_page_to_page(
    make_estimator, tmp_path, monkeypatch
):
    monkeypatch.setattr(sheet_pages, "ON_A_SHEET", 2)
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(5):
        Image.fromarray(made_picture(number)).save(folder / f"{number} <b>&.png")
    disc = make_estimator("disc", change=changed(crop="disc"))
    crops(folder, "--with", disc, "--out", tmp_path / "a #1 100%.html")
    with opened_browser() as browser:
        page = browser.new_page()
        watched = Watched(page, "file://")
        page.goto((tmp_path / "a #1 100%.html").as_uri())
        for number in (1, 2, 3):
            if number > 1:
                page.get_by_role("link", name="next").first.click()
            assert page.locator(".cell h2").first.text_content() == (
                f"{2 * number - 1} {2 * number - 2} <b>&.png"
            )
            shown = "images => images.every(each => each.naturalWidth > 0)"
            assert page.locator("img").evaluate_all(shown)
        assert page.get_by_role("link", name="next").count() == 0
        page.get_by_role("link", name="first").first.click()
        page.locator("summary").first.click()
        page.locator("details a", has_text="5").first.click()
        assert page.url.endswith("-003.html#p5")
        assert page.locator(".cell:target").evaluate("each => getComputedStyle(each).padding") > "0"
        watched.assert_quiet()
