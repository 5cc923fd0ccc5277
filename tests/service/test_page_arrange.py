"""The table of the page in another order, and with some of its rows."""

import pytest

from .browsing import finished, give, needs_browser, row

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

NAMES = ["bad.jpg", "person-00001", "person-00002", "person-00003-left.jpg", "שם.jpg"]


@pytest.fixture(scope="module")
def photographs(eyes, tmp_path_factory):
    """Two pairs, a left eye, its file once more under a name that tells no eye, a damaged one."""
    folder = tmp_path_factory.mktemp("arranged")
    drawn = (eyes / "person-00003-left.jpg").read_bytes()
    (folder / "bad.jpg").write_bytes(drawn[:-4000])
    (folder / "שם.jpg").write_bytes(drawn)
    return [*eyes.glob("*.jpg"), *folder.iterdir()]


def names(page):
    # The table is drawn within the handler of the change, before the browser answers.
    return page.locator("tbody th").evaluate_all("all => all.map(e => e.firstChild.textContent)")


def mean(page, name):
    place = row(page, name)
    values = [float(each.get_attribute("value")) for each in place.locator("td data").all()][::2]
    return sum(values) / len(values) if values else None


def spread(page, name):
    values = [
        float(each.get_attribute("value")) for each in row(page, name).locator("td data").all()
    ][::2]
    return abs(values[0] - values[1])


def test_rows_are_ordered_by_a_value_and_kept_within_bounds(visit, photographs):
    page = visit()
    give(page, *photographs)
    assert names(page) == NAMES
    ages = {name: mean(page, name) for name in NAMES if name != "bad.jpg"}
    order = page.get_by_label("Order", exact=True)
    order.select_option(label="Age (demo-age), lowest first")
    lowest = sorted(ages, key=lambda name: (ages[name], NAMES.index(name)))
    assert names(page) == [*lowest, "bad.jpg"]
    order.select_option(label="Age (demo-age), highest first")
    assert names(page)[0] == max(ages, key=ages.get)
    assert names(page)[-1] == "bad.jpg"
    order.select_option(label="Age (demo-age), largest difference between eyes first")
    assert names(page)[:2] == sorted(
        ["person-00001", "person-00002"], key=lambda name: -spread(page, name)
    )
    order.select_option(label="Age (demo-age), lowest first")
    between = (min(ages.values()) + max(ages.values())) / 2
    page.get_by_label("From (years)").fill(str(between))
    assert names(page) == [name for name in lowest if ages[name] >= between]
    assert page.locator("#hidden-rows").inner_text() == (
        f"{len(names(page))} of 5 rows shown; the CSV has all."
    )
    page.get_by_label("To (years)").fill(str(between - 1))
    assert names(page) == []
    assert "No row matches" in page.locator("#table").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 1 + len(photographs)
    page.get_by_role("checkbox", name="Age of invented people").uncheck()
    assert names(page) == NAMES
    assert page.get_by_label("From (years)").count() == 0


def test_rows_are_shown_by_side_findings_errors_and_name(visit, photographs):
    page = visit()
    give(page, *photographs)
    show = page.get_by_label("Show", exact=True)
    shown = {}
    for kind in show.locator("option").all_inner_texts():
        show.select_option(label=kind)
        shown[kind] = names(page)
    assert (
        shown
        == {
            "All rows": NAMES,
            "With a problem": NAMES[:1],
            "With a warning": NAMES[2:],  # files that are there already
            "Both eyes": NAMES[1:3],
            "Right eye only": [],
            "Left eye only": NAMES[3:4],
            "Eye not known": ["bad.jpg", "שם.jpg"],
            "Not answered yet": [],
        }
    )
    show.select_option("all")
    page.get_by_label("Name contains").fill("RIGHT")
    assert names(page) == NAMES[1:3]
    page.get_by_role("button", name="日本語").click()
    assert page.get_by_label("名前の絞り込み").input_value() == "RIGHT"
    assert "5 行中 2 行" in page.locator("#hidden-rows").inner_text()
    page.locator(".thumbnail").first.click()
    viewer = page.get_by_role("dialog")
    viewer.get_by_role("button", name="次へ").click()
    assert "person-00002" in viewer.get_by_role("heading").inner_text()
    assert viewer.get_by_role("button", name="次へ").is_disabled()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="すべて消去").click()
    give(page, *photographs)
    assert names(page) == NAMES


def test_rows_stay_where_they_are_while_answers_come_and_are_ordered_then(visit, photographs):
    page = visit()
    give(page, *photographs[:5])
    page.get_by_label("Order", exact=True).select_option(label="Age (demo-age), highest first")
    held, released = [], []

    def hold(route):
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/predict*", hold)
    page.set_input_files("#files", [str(path) for path in photographs[5:]])
    page.get_by_text("Estimating").nth(1).wait_for()
    before = names(page)
    released.append(True)
    for route in held:
        route.continue_()
    finished(page)
    found = [age for name in names(page) if (age := mean(page, name)) is not None]
    assert found == sorted(found, reverse=True)
    assert names(page) != before
    assert sorted(names(page)) == sorted(before)
