"""Objects that a validator passes, sent to an archive of hospitals and fetched from it."""

from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from gantei import demo
from gantei.estimator.estimator import load
from gantei.photographs.photograph import open_photograph

from ..processes import need_programs
from . import orthanc
from .dicoms import UID, compressed, of_jpeg, of_pixels, ophthalmic, written

pytestmark = pytest.mark.reference

PROPOSED = {
    "JPEG": ("-xy", "+xy"),
    "plain": ("", ""),
    "JPEG-LS": ("-xt", "+xt"),
    "JPEG 2000": ("-xv", None),  # Orthanc 1.10 gives none by C-GET
    "RLE": ("-xr", "+xr"),
}
"""The transfer syntax that storescu proposes, and getscu prefers."""


@pytest.fixture(scope="module")
def image():
    """A drawn photograph."""
    who = demo.person(5, 1)
    return demo.draw_photograph(5, who, who.eyes[0], scale=0.3).image


@pytest.fixture(scope="module")
def jpeg(image):
    file = BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()


@pytest.fixture(scope="module")
def objects(image, jpeg):
    """Ophthalmic photographs, each a study of its own, by the way in which pixels are stored."""
    pixels = np.array(image)
    made = {
        "JPEG": of_jpeg(jpeg, image.size[::-1]),
        "plain": of_pixels(pixels),
        "JPEG-LS": compressed(pixels, JPEGLSLossless),
        "JPEG 2000": compressed(pixels, JPEG2000Lossless),
        "RLE": compressed(pixels, RLELossless),
    }
    for number, each in enumerate(made.values()):
        each.StudyInstanceUID = f"{UID}.7.{number}"
        each.SeriesInstanceUID = f"{UID}.8.{number}"
        each.SOPInstanceUID = f"{UID}.6.{number}"
    return {name: ophthalmic(each) for name, each in made.items()}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    need_programs("Orthanc", "storescu", "getscu")
    with orthanc.running(tmp_path_factory.mktemp("archive")) as running:
        yield running


@pytest.mark.parametrize("name", PROPOSED)
def test_the_objects_of_these_tests_pass_the_validator(objects, tmp_path, name):
    need_programs("dciodvfy")
    path = tmp_path / "object.dcm"
    path.write_bytes(written(objects[name]))
    said = orthanc.run("dciodvfy", "-new", path).stderr
    assert "Error" not in said
    assert "OphthalmicPhotography8BitImage" in said


@pytest.mark.parametrize("name", PROPOSED)
def test_what_an_archive_gives_back_has_the_pixels_that_it_was_sent(
    archive, objects, image, jpeg, tmp_path, name
):
    """Through storescu and getscu, and its REST interface; a JPEG comes back byte for byte."""
    made = objects[name]
    sent = tmp_path / "sent.dcm"
    sent.write_bytes(written(made))
    propose, prefer = PROPOSED[name]
    archive.send([sent], propose)
    got = []
    if prefer is not None:
        (path,) = archive.fetch(made.StudyInstanceUID, tmp_path / "fetched", prefer)
        got.append(path.read_bytes())
    (found,) = (
        each
        for each in archive.web.get("/instances").json()
        if archive.web.get(f"/instances/{each}/tags?simplify").json()["SOPInstanceUID"]
        == made.SOPInstanceUID
    )
    for data in (*got, archive.web.get(f"/instances/{found}/file").content):
        photograph = open_photograph(data)
        assert (photograph.eye.side, photograph.eye.origin) == ("right", "DICOM")
        assert photograph.findings == ()
        expected = open_photograph(jpeg).picture() if name == "JPEG" else image
        assert np.array_equal(np.asarray(photograph.picture()), np.asarray(expected))
    if name == "JPEG":
        assert photograph._picture._jpeg.data == jpeg


def test_an_object_from_dicomweb_gives_the_estimate_of_the_file_it_was_made_of(
    archive, objects, jpeg, tmp_path
):
    if not orthanc.WEB.exists():
        need_programs("libOrthancDicomWeb.so")
    made = objects["JPEG"]
    path = tmp_path / "sent.dcm"
    path.write_bytes(written(made))
    archive.send([path], "-xy")
    answer = archive.web.get(
        f"/dicom-web/studies/{made.StudyInstanceUID}",
        headers={
            "accept": "multipart/related; type=application/dicom; transfer-syntax=*",
        },
    )
    body = answer.content
    start = body.index(b"\r\n\r\n") + 4
    boundary = body[: body.index(b"\r\n")]
    data = body[start : body.index(b"\r\n" + boundary, start)]
    age = load("demo-age", "cpu")
    here, there = age.predict([jpeg, data])
    assert here.values == there.values
