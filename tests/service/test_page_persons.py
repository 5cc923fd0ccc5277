"""What the page says of a person: mean of both eyes, difference, gap; and who says who is one."""

import pytest

from gantei.study.averaging import averaging_scale

from .browsing import finished, give, needs_browser, row
from .page_fixtures import DRAWN

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

NUMBER, PROBABILITY = averaging_scale("regression"), averaging_scale("binary")


def values(cell):
    return [float(each.get_attribute("value")) for each in cell.locator("data").all()]


def mean(scale, right, left):
    there = [scale.there([each])[0] for each in (right, left)]
    return scale.back([sum(there) / 2])[0]


def lines(place):
    return [" ".join(each.inner_text().split()) for each in place.locator(".values > div").all()]


def signed(years):
    return f"{years:+.1f}".replace("-", "\N{MINUS SIGN}")


def expected_lines(right, left):
    """The lines on age and sex of both eyes, in the words of the page."""
    age, male = (
        mean(scale, *pair)
        for scale, pair in zip((NUMBER, PROBABILITY), zip(right, left, strict=True), strict=True)
    )
    label, shown = ("Male", male) if male >= 0.5 else ("Female", 1 - male)
    alike = (right[1] < 0.5) == (left[1] < 0.5)
    said = "both eyes say the same" if alike else "the eyes disagree"
    return [
        f"Age demo-age Demo {age:.1f} years right \N{MINUS SIGN} left: "
        f"{signed(right[0] - left[0])} years",
        f"{label} demo-sex Demo {100 * shown:.0f} % {said}",
    ]


def test_both_eyes_have_the_mean_that_a_study_has_and_their_difference(visit, eyes):
    page = visit()
    give(page, *eyes.glob("*.jpg"))
    said = set()
    for name in ("person-00001", "person-00002"):
        place = row(page, name)
        right, left = (values(cell) for cell in place.locator("td").all())
        found = lines(place.locator("th"))
        assert found == expected_lines(right, left)
        said.add(found[1].partition("% ")[2])
    assert said == {"both eyes say the same", "the eyes disagree"}
    assert row(page, "person-00003-left.jpg").locator(".both").count() == 0


def test_two_photographs_are_said_to_be_one_person_and_parted_again(visit, eyes, tmp_path):
    (tmp_path / "0815.jpg").write_bytes((DRAWN / "golden-3.jpg").read_bytes())
    page = visit()
    give(page, eyes / "person-00003-left.jpg", tmp_path / "0815.jpg")
    choice = page.get_by_label("Right eye of the same person as person-00003-left.jpg")
    choice.focus()
    choice.select_option(label="\u20680815.jpg\u2069")
    finished(page)
    place = row(page, "0815.jpg + person-00003-left.jpg")
    place.locator("data").nth(3).wait_for()
    right, left = place.locator("td").all()
    assert "0815.jpg" in right.locator(".file").inner_text()
    assert lines(place.locator("th")) == expected_lines(values(right), values(left))
    assert page.locator("tbody tr").count() == 1
    assert "0815.jpg" in page.evaluate("document.activeElement.closest('tr').innerText")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.count('"0815.jpg + person-00003-left.jpg",') == 2
    page.get_by_role("button", name="these two photographs are not of the same person").click()
    assert page.locator("tbody tr").count() == 2
    assert page.locator(".both").count() == 0


def test_a_pair_by_its_names_is_parted_where_someone_says_so(visit, eyes):
    page = visit()
    give(page, *eyes.glob("person-00001-*.jpg"))
    page.get_by_role("button", name="person-00001: these two").click()
    assert page.locator("tbody th").all_inner_texts() == [
        "person-00001-left.jpg", "person-00001-right.jpg",
    ]  # fmt: skip
    assert page.get_by_label("Left eye of the same person as person-00001-right.jpg").count() == 1


def test_a_long_choice_of_the_other_eye_takes_no_room_from_the_photograph_beside_it(visit, eyes):
    page = visit(viewport={"width": 390, "height": 900}, locale="ja-JP")
    give(page, eyes / "person-00003-left.jpg", eyes / "person-00001-right.jpg")
    choice = page.get_by_label("person-00003-left.jpg の人の右眼")
    cells = row(page, "person-00003-left.jpg").locator("td").all()
    one, other = (cell.bounding_box()["width"] for cell in cells)
    assert one == pytest.approx(other, abs=1)
    assert choice.bounding_box()["width"] < one


def test_the_real_age_gives_the_gap_and_goes_nowhere(visit, eyes):
    page = visit()
    give(page, *eyes.glob("person-00001-*.jpg"), eyes / "person-00003-left.jpg")
    place = row(page, "person-00001")
    right, left = (values(cell) for cell in place.locator("td").all())
    before = len(page.watched.requests)
    page.locator(".thumbnail").first.click()
    viewer = page.get_by_role("dialog")
    field = viewer.get_by_label("Real age, in years")
    field.fill("61.5")
    gap = signed(mean(NUMBER, right[0], left[0]) - 61.5)
    assert f"real age (61.5) demo-age Demo {gap} years" in " ".join(
        viewer.locator(".gap").inner_text().split()
    )
    assert "A raw gap depends on age" in viewer.inner_text()
    page.keyboard.press("ArrowLeft")
    assert "person-00001" in viewer.get_by_role("heading").inner_text()
    for wrong in ("-1", "131"):
        field.fill(wrong)
        assert "number from 0 to 130" in viewer.inner_text()
        assert viewer.locator(".gap").count() == 0
    field.fill("61.5")
    viewer.get_by_role("button", name="Next").click()
    assert field.input_value() == ""
    assert viewer.locator(".gap").count() == 0
    viewer.get_by_role("button", name="Previous").click()
    assert field.input_value() == "61.5"
    page.keyboard.press("Escape")
    assert gap in place.locator("th").inner_text()
    asked = page.watched.requests[before:]
    assert not any("61.5" in f"{each.url}{each.post_data_buffer}" for each in asked)
    assert all("explain=map" in each.url for each in asked if "predict" in each.url)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert "61.5" not in download.value.path().read_text("utf-8-sig")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_same_file_under_two_names_is_said_and_has_no_mean(visit, eyes, tmp_path):
    for name in ("p-left.jpg", "p-right.jpg"):
        (tmp_path / name).write_bytes((eyes / "person-00001-left.jpg").read_bytes())
    page = visit()
    give(page, tmp_path / "p-left.jpg", tmp_path / "p-right.jpg")
    place = row(page, "p")
    assert place.locator(".warnings").all_inner_texts() == [
        "the same file, byte for byte, as p-left.jpg"
    ]
    assert place.locator(".both").count() == 0
