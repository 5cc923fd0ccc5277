"""What is odd about a DICOM picture beside its colours: its EXIF, and the shape of its pixels."""

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from gantei.photographs.photograph import open_photograph

from .dicoms import of_jpeg, of_pixels, written
from .pictures import exif_of


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_by_its_exif_as_its_file_is_and_that_is_said(fundus, encoded, orientation):
    jpeg = encoded(fundus, "JPEG", quality=92, exif=exif_of(orientation))
    found, alone = open_photograph(written(of_jpeg(jpeg, (180, 240)))), open_photograph(jpeg)
    assert found.size == alone.size
    assert np.array_equal(np.asarray(found.picture()), np.asarray(alone.picture()))
    if orientation == 1:
        assert found.findings == ()
        return
    (finding,) = found.findings
    assert (finding.code, finding.values) == (
        "dicom-exif-orientation",
        {"orientation": orientation},
    )


@pytest.mark.parametrize(
    ("elements", "ratio", "attribute"),
    [
        ({"PixelAspectRatio": [2, 1]}, 2.0, "Pixel Aspect Ratio"),
        ({"PixelAspectRatio": [3, 4]}, 0.75, "Pixel Aspect Ratio"),
        ({"PixelSpacing": [0.02, 0.01]}, 2.0, "Pixel Spacing"),
        ({"ImagerPixelSpacing": [0.01, 0.02]}, 0.5, "Imager Pixel Spacing"),
        ({"NominalScannedPixelSpacing": [0.3, 0.2]}, 1.5, "Nominal Scanned Pixel Spacing"),
    ],
)
def test_pixels_that_are_not_square_are_said_and_read_as_they_are(
    fundus, elements, ratio, attribute
):
    pixels = np.asarray(fundus)
    found = open_photograph(written(of_pixels(pixels, **elements)))
    (finding,) = found.findings
    assert (finding.code, finding.values) == (
        "dicom-pixel-shape",
        {"ratio": ratio, "attribute": attribute},
    )
    assert np.array_equal(np.asarray(found.picture()), pixels)


@pytest.mark.parametrize(
    "elements",
    [
        {"PixelAspectRatio": [1, 1]}, {"PixelAspectRatio": [100, 100]},
        {"PixelSpacing": [0.0101, 0.01011]}, {"PixelAspectRatio": [0, 1]},
        {"PixelAspectRatio": [1, 0]}, {"PixelAspectRatio": [7]}, {"PixelAspectRatio": None},
    ],
)  # fmt: skip
def test_square_pixels_and_those_of_no_shape_are_not_said(fundus, elements):
    made = of_pixels(np.asarray(fundus), **elements)
    assert open_photograph(written(made)).findings == ()
