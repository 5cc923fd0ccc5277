"""DICOM in the service: the same answers as here, and nothing of what it says of a person."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

import gantei

from ..conftest import made_picture
from ..models.dicoms import dataset, of_pixels, written
from .browsing import give, needs_browser
from .server_process import Server


def dicom(seed, **elements):
    return written(of_pixels(np.ascontiguousarray(made_picture(seed)), **elements))


@pytest.fixture
def paths(tmp_path):
    made = {
        "1-left": dicom(1, ImageLaterality="R"),
        "2-left": dicom(2, ImageLaterality="R", Laterality="L"),
        "3": dicom(3, Laterality="L", BurnedInAnnotation="YES"),
        "4": dicom(4)[:-90],
        "5-right": dicom(5),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def comparable(prediction):
    eye = prediction.eye and (prediction.eye.side, prediction.eye.origin)
    # A server says nothing else of what it refuses.
    codes = [] if prediction.error else sorted(each.code for each in prediction.findings)
    return prediction.source, dict(prediction.values), codes, eye, str(prediction.error)


@pytest.fixture
def mirroring(make_estimator, tmp_path):
    """A running server whose estimator has to know the eye, and that estimator's folder."""
    folder = make_estimator(change=lambda tables: tables["input"].update(mirror="left-eyes"))
    server = Server(folder, tmp_path / "log.jsonl")
    yield SimpleNamespace(server=server, folder=folder)
    server.stop()


@pytest.mark.parametrize("eyes", [None, "right", "unknown"])
def test_the_client_has_the_eye_and_the_findings_of_the_library(mirroring, paths, eyes):
    url = f"http://127.0.0.1:{mirroring.server.port}"
    here = gantei.load(mirroring.folder).predict(paths, on_error="record", eyes=eyes)
    with gantei.Client(url) as client:
        there = client.predict(paths, on_error="record", eyes=eyes)
    assert [comparable(each["made"]) for each in there] == [comparable(each) for each in here]
    assert {each.eye.origin for each in here if each.eye} >= (
        {"stated"} if eyes == "right" else {"DICOM"}
    )


def test_one_photograph_is_sent_as_it_is_with_its_media_type(ask):
    data = dicom(1, ImageLaterality="R", BurnedInAnnotation="YES")
    headers = {"content-type": "application/dicom"}
    answer = ask().post("/v1/predict", content=data, headers=headers)
    (entry,) = answer.json()["photographs"]
    assert (entry["eye"], entry["eye_from"]) == ("right", "DICOM")
    assert "dicom-burned-in" in [each["code"] for each in entry["findings"]]
    assert entry["size"] == {"height": 64, "width": 64}
    assert "INVENTED" not in answer.text
    assert "Invented" not in answer.text


def test_what_is_no_photograph_says_so_in_its_entry_alone(ask):
    report = written(dataset(Modality="SR"))
    files = [("photographs", (str(number), data)) for number, data in enumerate((dicom(1), report))]
    good, bad = ask().post("/v1/predict", files=files).json()["photographs"]
    assert "estimates" in good
    assert bad["problem"]["code"] == "dicom-no-picture"


def test_nothing_that_a_file_says_of_a_person_is_in_the_log(ask, caplog):
    client = ask()
    made = of_pixels(made_picture(1), PatientName="Secret^Name", PatientID="SECRET-ID")
    for data in (written(made), written(made)[:-90], written(made).replace(b"RGB ", b"???? ")):
        client.post("/v1/predict", content=data, headers={"content-type": "application/dicom"})
    assert "ecret" not in caplog.text
    assert "SECRET" not in caplog.text


@pytest.mark.reference
@needs_browser
def test_the_page_takes_files_without_an_ending_and_the_eye_that_they_tell(
    visit, mirroring, tmp_path
):
    pytest.importorskip("playwright", reason="playwright is not installed")
    made = {"IM000001": "L", "p2-left": "R", "p3": "R"}
    for number, (name, side) in enumerate(made.items()):
        (tmp_path / name).write_bytes(dicom(number, ImageLaterality=side))
    page = visit(mirroring.server)
    give(page, *(tmp_path / name for name in made))
    page.wait_for_function("document.querySelectorAll('#table data').length === 3")
    chosen = {
        name: page.get_by_label(f"Which eye {name} shows").evaluate(
            "select => select.selectedOptions[0].textContent"
        )
        for name in made
    }
    assert chosen == {
        "IM000001": "Left eye, by its DICOM header",
        "p2-left": "Right eye, by its DICOM header",
        "p3": "Right eye, by its DICOM header",
    }
    assert page.locator(".problem").count() == 0
