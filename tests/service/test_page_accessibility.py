"""No state of the page breaks a rule of axe-core's: languages, colours, widths, dialogs."""

import pytest

from .browsing import give, needs_browser
from .page_accessibility import findings
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

LOOKS = {
    "desktop": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"},
    "tablet": {
        "viewport": {"width": 820, "height": 1180}, "color_scheme": "dark", "locale": "ja-JP",
    },
    "telephone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_no_state_of_the_page_breaks_a_rule(visit, eyes, tmp_path, look):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes((eyes / "person-00001-left.jpg").read_bytes()[:-4000])
    page = visit(**LOOKS[look])
    page.locator(".estimator").first.wait_for()
    assert findings(page) == []
    give(page, *eyes.glob("person-0000[13]-*.jpg"), *eyes.glob("*.csv"), bad)
    page.locator("#arrange-order").select_option("demo-age age apart")
    page.locator("#arrange-from").fill("0")
    assert page.locator(".reasons").is_visible()
    assert findings(page) == []
    page.emulate_media(media="print")
    assert findings(page) == []
    page.emulate_media(media="screen")
    page.locator(".thumbnail").first.click()
    page.locator(".large[data-of=demo-age] canvas").nth(1).wait_for()
    for age in ("52", "-1"):
        page.locator("#real-age").fill(age)
        assert findings(page) == []
    page.keyboard.press("Escape")
    page.locator(".estimator .link").first.click()
    page.locator(".card .text h2").first.wait_for()
    assert findings(page) == []
    page.goto(f"{page.watched.origin}/docs")
    assert findings(page) == []


def test_the_question_for_the_token_breaks_no_rule(visit, token_file, tmp_path):
    guarded = Server("demo-age", tmp_path / "log", "--token-file", str(token_file))
    try:
        page = visit(guarded, allowed=["401"])
        page.get_by_role("textbox", name="Token").fill("nobody's")
        page.keyboard.press("Enter")
        page.get_by_text("does not know this token").wait_for()
        assert findings(page) == []
    finally:
        guarded.stop()
