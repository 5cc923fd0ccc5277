"""The page where an estimator has to know which eye a photograph shows."""

import pytest

from gantei import demo

from ..conftest import REGRESSION, manifest_tables, mean_network
from .browsing import finished, give, needs_browser, row
from .conftest import encoded_picture
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of an estimator that takes left eyes mirrored."""
    import tomli_w

    folder = tmp_path_factory.mktemp("estimators") / "made"
    folder.mkdir()
    weights = mean_network({"age": 1.0})
    tables = manifest_tables("made", {"age": REGRESSION}, weights)
    tables["input"]["mirror"] = "left-eyes"
    (folder / "model.onnx").write_bytes(weights)
    (folder / "estimator.toml").write_text(tomli_w.dumps(tables), "utf-8")
    running = Server(folder, folder.parent / "log")
    yield running
    running.stop()


def choice(page, name):
    return page.get_by_label(f"Which eye {name} shows")


def chosen(page, name):
    return choice(page, name).evaluate("select => select.selectedOptions[0].textContent")


def test_an_eye_is_chosen_where_no_name_tells_it_and_moves_the_photograph(visit, tmp_path):
    path = tmp_path / "p7.png"
    path.write_bytes(encoded_picture(1))
    page = visit()
    give(page, path)
    assert chosen(page, "p7.png") == "Which eye?"
    assert "right or left eye?" in row(page, "p7.png").locator(".problem").inner_text()
    choice(page, "p7.png").focus()
    choice(page, "p7.png").select_option("left")
    finished(page)
    row(page, "p7.png").locator("data").wait_for()
    assert row(page, "p7.png").locator("td").nth(1).locator("data").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    assert page.watched.sent("eyes=unknown")
    assert page.watched.sent("eyes=left")


def test_a_name_tells_the_eye_and_l_does_once_the_other_eye_is_there(visit, tmp_path):
    for number, name in enumerate(("p1-left", "x_L", "x_R")):
        (tmp_path / f"{name}.png").write_bytes(encoded_picture(number))
    page = visit()
    give(page, tmp_path / "p1-left.png", tmp_path / "x_L.png")
    assert chosen(page, "p1-left.png") == "Left eye, by its name"
    assert chosen(page, "x_L.png") == "Which eye?"
    give(page, tmp_path / "x_R.png")
    assert chosen(page, "x_L.png") == "Left eye, by its name"
    assert row(page, "x").locator("data").count() == 2
    assert page.locator(".problem").count() == 0


def test_the_optic_disc_is_looked_for_and_the_answer_is_said_to_be_assumed(visit, tmp_path):
    who = demo.person(5, 1)
    demo.draw_photograph(5, who, who.eyes[0], scale=0.3).image.save(tmp_path / "p1.png")
    page = visit()
    give(page, tmp_path / "p1.png")
    choice(page, "p1.png").select_option("detect")
    finished(page)
    row(page, "p1.png").locator(".warnings").wait_for()
    side = who.eyes[0].side
    assert chosen(page, "p1.png") == f"{side.capitalize()} eye (assumed)"
    said = row(page, "p1.png").locator(".warnings").inner_text()
    assert said.count(f"assumed to be a {side} eye") == 1
