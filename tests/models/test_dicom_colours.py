"""What the colours of a DICOM picture mean: by its label, by its markers, and where they differ."""

from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from PIL import Image

from gantei.photographs.photograph import open_photograph

from .dicoms import compressed, of_jpeg, of_pixels, written
from .jpegs import named, without
from .pictures import pillow

JFIF = b"\xff\xe0"


@pytest.fixture(scope="module")
def photograph(fundus):
    return np.asarray(fundus)


def ycbcr(pixels, marked=True, subsampling=0):
    """A JPEG of YCbCr, as nearly all are; without its JFIF segment, nothing in it says so."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, subsampling=subsampling)
    return file.getvalue() if marked else without(file.getvalue(), JFIF)


def rgb(pixels, by=None):
    """A JPEG of RGB, which Adobe's marker says, the names of its components, or nothing."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, keep_rgb=True)
    data = file.getvalue()
    if JFIF in data[:4]:
        data = without(data, JFIF)
    if b"Adobe" in data and by != "Adobe":
        data = without(data, b"\xff\xee")
    return data if by else named(data, b"\1\2\3")


def opened(jpeg, label):
    size = (180, 240)
    return open_photograph(written(of_jpeg(jpeg, size, PhotometricInterpretation=label)))


def codes(found):
    return [finding.code for finding in found.findings]


def far(one, other):
    return np.abs(np.asarray(one).astype(int) - other).mean()


@pytest.mark.parametrize("label", ["YBR_FULL_422", "YBR_FULL"])
@pytest.mark.parametrize("marked", [True, False])
def test_ycbcr_that_is_labelled_so_is_an_ordinary_jpeg(photograph, label, marked):
    jpeg = ycbcr(photograph, marked)
    found = opened(jpeg, label)
    assert codes(found) == []
    assert np.array_equal(np.asarray(found.picture()), pillow(jpeg))


@pytest.mark.parametrize("by", ["Adobe", "names"])
def test_rgb_that_is_labelled_and_marked_so_is_an_ordinary_jpeg(photograph, by):
    jpeg = rgb(photograph, by)
    found = opened(jpeg, "RGB")
    assert codes(found) == []
    assert np.array_equal(np.asarray(found.picture()), pillow(jpeg))
    assert far(found.picture(), photograph) < 4


def test_rgb_by_its_label_alone_is_read_as_rgb_and_said(photograph):
    """Pillow, which has the bytes alone, shows other colours."""
    jpeg = rgb(photograph)
    assert far(pillow(jpeg), photograph) > 40
    found = opened(jpeg, "RGB")
    for decoder in ("pillow", "tensorflow"):
        assert far(found.picture(1, decoder), photograph) < 4
    assert far(found.picture(2), photograph[::2, ::2]) < 8
    assert codes(found) == ["dicom-colours-unmarked"]


@pytest.mark.parametrize("names", [b"rgb", b"Rgb", b"\0\1\2", b"BGR"])
def test_names_that_say_nothing_to_libjpeg_leave_it_to_the_label(photograph, names):
    """djpeg and Pillow, which have the bytes alone, take these for YCbCr."""
    unmarked = named(rgb(photograph, "names"), names)
    assert far(pillow(unmarked), photograph) > 40
    for label, codes_of_it in (("RGB", ["dicom-colours-unmarked"]), ("YBR_FULL_422", [])):
        found = opened(unmarked, label)
        assert codes(found) == codes_of_it
        for decoder in ("pillow", "tensorflow"):
            shown = np.asarray(found.picture(1, decoder))
            assert far(shown, photograph if label == "RGB" else pillow(unmarked)) < 4


@pytest.mark.parametrize(
    ("jpeg", "markers"),
    [
        (ycbcr, ["JFIF"]),
        (lambda pixels: ycbcr(pixels, subsampling=2), ["JFIF", "subsampled colours"]),
        (lambda pixels: ycbcr(pixels, False, subsampling=2), ["subsampled colours"]),
        (lambda pixels: adobe(ycbcr(pixels, False), 1), ["Adobe YCbCr"]),
    ],
)
def test_ycbcr_that_is_labelled_rgb_is_read_as_its_markers_say_and_said(photograph, jpeg, markers):
    found = opened(jpeg(photograph), "RGB")
    assert far(found.picture(), photograph) < 6
    assert codes(found) == ["dicom-colours-contradict"]
    assert found.findings[0].values == {"label": "RGB", "markers": markers, "taken": "YCbCr"}


@pytest.mark.parametrize("by", ["Adobe", "names"])
def test_rgb_that_is_labelled_ycbcr_is_read_as_its_markers_say_and_said(photograph, by):
    found = opened(rgb(photograph, by), "YBR_FULL_422")
    assert far(found.picture(), photograph) < 4
    assert codes(found) == ["dicom-colours-contradict"]
    assert found.findings[0].values["taken"] == "RGB"


def test_markers_that_contradict_each_other_are_said(photograph):
    """libjpeg takes a JPEG with JFIF for YCbCr, whatever Adobe's marker says."""
    jpeg = adobe(ycbcr(photograph), 0)
    for label in ("RGB", "YBR_FULL_422"):
        found = opened(jpeg, label)
        assert far(found.picture(), photograph) < 4
        assert codes(found) == ["dicom-colours-contradict"]


def adobe(jpeg, transform):
    """With Adobe's marker, in front of all others but JFIF's."""
    place = 20 if jpeg[2:4] == JFIF else 2
    marker = b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0" + bytes([transform])
    return jpeg[:place] + marker + jpeg[place:]


@pytest.mark.parametrize("label", ["YBR_FULL", "YBR_ICT"])
def test_jpeg_2000_whose_transform_contradicts_its_label_is_said(photograph, label):
    from pydicom.uid import JPEG2000Lossless

    transformed = label == "YBR_FULL"
    made = compressed(
        photograph, JPEG2000Lossless, PhotometricInterpretation="RGB" if transformed else "YBR_ICT"
    )
    made.PhotometricInterpretation = label
    found = open_photograph(written(made))
    assert np.array_equal(np.asarray(found.picture()), photograph)
    assert codes(found) == ["dicom-colours-contradict"]


def test_text_that_is_burned_in_is_said(photograph):
    for annotation, expected in (("YES", ["dicom-burned-in"]), ("NO", [])):
        made = of_pixels(photograph, BurnedInAnnotation=annotation)
        assert codes(open_photograph(written(made))) == expected
