"""The page when things go wrong, and for those who have a keyboard, a tablet or a telephone."""

import json
import time

import pytest

from .browsing import finished, give, needs_browser, row
from .conftest import encoded_picture
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

PREDICT = "**/v1/predict*"


@pytest.fixture
def pictures(tmp_path):
    """Six pictures that are quickly answered."""
    paths = [tmp_path / f"{number}.png" for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(encoded_picture(number))
    return paths


def problem(kind, status):
    body = {"type": f"urn:problem-type:gantei:{kind}", "title": kind, "status": status}
    return {"status": status, "content_type": "application/problem+json", "body": json.dumps(body)}


def test_it_asks_for_the_token_keeps_it_and_forgets_it_with_the_tab(
    visit, token_file, tmp_path, pictures
):
    guarded = Server("demo-age", tmp_path / "log", "--token-file", str(token_file))
    try:
        page = visit(guarded, allowed=["401"])
        field = page.get_by_role("textbox", name="Token")
        for wrong in ("nobody's", "秘密"):
            field.fill(wrong)
            page.keyboard.press("Enter")
            page.get_by_text("does not know this token").wait_for()
        field.fill("secret")
        page.keyboard.press("Enter")
        give(page, *pictures)
        assert page.locator("#table data").count() == 6
        assert "secret" not in page.content()
        assert not any("secret" in request.url for request in page.watched.requests)
        page.reload()
        page.get_by_role("textbox", name="Token").wait_for()
        page.keyboard.press("Escape")
        page.get_by_text("bearer token").wait_for()
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("textbox", name="Token").wait_for()
    finally:
        guarded.stop()


def test_a_busy_server_is_waited_for(visit, pictures):
    page = visit(allowed=["503"])
    refused = []

    def answer(route):
        if len(refused) >= 3:
            return route.continue_()
        refused.append(time.monotonic())
        busy = problem("busy", 503)
        return route.fulfill(
            **busy, headers={"retry-after": "1", "content-type": busy["content_type"]}
        )

    page.route(PREDICT, answer)
    began = time.monotonic()
    give(page, *pictures)
    assert page.locator("#table data").count() == 12
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("answer", ["none", "cut", "another's"])
def test_a_server_that_is_gone_stops_the_work_which_can_go_on_later(visit, pictures, answer):
    page = visit(allowed=["ERR_FAILED"])
    page.locator(".estimator").first.wait_for()
    bodies = {"cut": '{"photographs": [', "another's": "<html>Welcome to the ward</html>"}
    page.route(
        PREDICT,
        lambda route: route.fulfill(body=bodies[answer]) if answer in bodies else route.abort(),
    )
    page.set_input_files("#files", pictures)
    page.get_by_text("Stopped: The server cannot be reached").wait_for()
    assert page.locator("#table data").count() == 0
    page.unroute(PREDICT)
    page.get_by_role("button", name="Continue").click()
    finished(page)
    assert page.locator("#table data").count() == 12


def test_work_can_be_cancelled_and_never_more_than_four_are_under_way(visit, pictures):
    page = visit()
    page.locator(".estimator").first.wait_for()
    page.route(PREDICT, lambda route: None)
    page.set_input_files("#files", pictures)
    page.get_by_text("Estimating").nth(3).wait_for()
    page.wait_for_timeout(200)
    assert len(page.watched.sent("predict")) == 4
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopped; 6 not sent").wait_for()
    page.unroute(PREDICT)
    page.get_by_role("button", name="Continue").click()
    finished(page)
    assert page.locator("#table data").count() == 12


def test_a_failure_of_the_server_is_said_and_tried_again(visit, pictures):
    page = visit(allowed=["500"])
    page.route(PREDICT, lambda route: route.fulfill(**problem("inference-failed", 500)))
    give(page, *pictures[:2])
    assert page.locator(".problem").count() == 2
    page.unroute(PREDICT)
    page.get_by_role("button", name="Try 2 again").click()
    page.locator("#table data").nth(3).wait_for()
    assert page.locator(".problem").count() == 0


def test_a_file_above_the_servers_limit_is_not_even_sent(visit, tmp_path, pictures):
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(64_000_001)
    page = visit()
    give(page, large, pictures[0])
    assert "larger than this server takes" in row(page, "large.png").inner_text()
    assert len(page.watched.sent("predict")) == 1


def test_what_is_assumed_out_of_range_or_without_a_map_is_said_in_japanese_too(
    visit, make_estimator, tmp_path, pictures
):
    def unsure(tables):
        tables["basis"]["input.colour"] = {"origin": "assumed", "evidence": "the convention"}
        tables["output"]["age"]["range"] = [18, 19]

    own = Server(make_estimator(change=unsure), tmp_path / "log")
    try:
        page = visit(own, locale="ja-JP", allowed=["422"])
        give(page, pictures[0])
        page.locator("summary").click()
        assert "仮定した設定：input.colour = rgb" in page.locator("details").inner_text()
        warning = page.locator("#table .warnings").inner_text()
        assert "年齢" in warning
        assert "学習データの範囲（18〜19 歳）の外です" in warning
        page.locator(".thumbnail").click()
        page.get_by_text("根拠マップがありません").first.wait_for()
        page.get_by_role("dialog").locator(".large canvas").wait_for()
    finally:
        own.stop()


def test_the_card_is_one_click_away(visit):
    page = visit()
    page.get_by_role("button", name="Card of Age of invented people").click()
    card = page.get_by_role("dialog")
    card.get_by_role("heading", name="Do not use").wait_for()
    at_its_address = visit(path="/v1/estimators/demo-age/card", allowed=("favicon",))
    for tag in ("dt", "dd", "td", "h2", "h3", "p"):
        texts = at_its_address.locator(f"body {tag}").all_text_contents()
        assert card.locator(f".text {tag}").all_text_contents() == texts
    first, second = (
        card.locator("dt").nth(0).bounding_box(),
        card.locator("dd").nth(0).bounding_box(),
    )
    assert second["x"] > first["x"] + first["width"] - 1
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def test_everything_can_be_done_with_the_keyboard(visit, eyes):
    page = visit()
    # Who listens from the start: playwright's own waiting begins too late on a busy machine.
    page.on("filechooser", lambda chooser: None)
    page.locator(".estimator").first.wait_for()

    def tab_to(name, most=15):
        for _ in range(most):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            label = focused.get_attribute("aria-label") or focused.evaluate(
                "e => e.labels?.[0]?.innerText ?? e.innerText"
            )
            outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
            assert outline != "none", label
            if name in label:
                return focused
        raise AssertionError(f"the keyboard does not reach {name}")

    tab_to("日本語")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("lang") == "en"
    tab_to("Sex of invented people")
    page.keyboard.press("Space")
    tab_to("Card of Sex")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("heading", name="Do not use").wait_for()
    page.keyboard.press("Escape")
    tab_to("Choose photographs")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(sorted(eyes.glob("person-00001-*.jpg")))
    finished(page)
    assert page.locator("#table data").count() == 2
    assert "Finished: 2 photographs" in page.locator("#said").inner_text()
    button = tab_to("Enlarge person-00001-right.jpg")
    button.locator(".layer canvas").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".large[data-of=demo-age]").nth(1).wait_for()
    page.keyboard.press("Escape")
    assert "person-00001-right" in page.locator(":focus").get_attribute("aria-label")
    with page.expect_download():
        page.get_by_role("button", name="Download CSV").press("Enter")
    page.get_by_role("button", name="Remove all").press("Enter")
    assert page.locator("#results").is_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1024, 768)])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
def test_it_fits_tablets_and_telephones_and_fingers(visit, eyes, width, height, locale):
    page = visit(viewport={"width": width, "height": height}, has_touch=True, locale=locale)
    give(page, *eyes.glob("person-00001-*.jpg"))
    measured = """() => [...document.querySelectorAll("a, button, select, label, summary")]
        .filter(e => e.checkVisibility() && e.tagName !== "LABEL" || e.querySelector("input"))
        .filter(e => e.checkVisibility())
        .map(e => [e.innerText, e.getBoundingClientRect()])
        .filter(([_, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"""
    assert page.evaluate(measured) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cells = row(page, "person-00001").locator("td")
    first, second = (cell.bounding_box() for cell in cells.all())
    assert first["x"] + first["width"] <= second["x"] + 1
    page.locator(".thumbnail").first.tap()
    page.locator(".large[data-of=demo-age]").nth(1).wait_for()
    assert page.evaluate(measured) == []
    assert page.evaluate("document.querySelector('#viewer').scrollWidth") <= width
    page.goto(f"{page.watched.origin}/docs")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
