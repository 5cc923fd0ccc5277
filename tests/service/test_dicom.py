"""DICOM in the service: the same answers as here, and nothing of what it says of a person."""

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

import gantei

from ..conftest import made_picture
from ..models.dicoms import of_pixels, written
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
    codes = sorted(finding.code for finding in prediction.findings)
    return prediction.source, dict(prediction.values), codes, eye, str(prediction.error)


@pytest.fixture
def mirroring(make_estimator, tmp_path):
    """A running server whose estimator has to know the eye, and that estimator's folder."""
    folder = make_estimator(change=lambda tables: tables["input"].update(mirror="left-eyes"))
    server = Server(folder, tmp_path / "log.jsonl")
    yield f"http://127.0.0.1:{server.port}", folder
    server.stop()


@pytest.mark.parametrize("eyes", [None, "right", "unknown"])
def test_the_client_has_the_eye_and_the_findings_of_the_library(mirroring, paths, eyes):
    url, folder = mirroring
    here = gantei.load(folder).predict(paths, on_error="record", eyes=eyes)
    with gantei.Client(url) as client:
        there = client.predict(paths, on_error="record", eyes=eyes)
    assert [comparable(each["made"]) for each in there] == [comparable(each) for each in here]
    assert {each.eye.origin for each in here if each.eye} >= (
        {"stated"} if eyes == "right" else {"DICOM"}
    )
