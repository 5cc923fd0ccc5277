"""Which eye a DICOM file says it shows."""

import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

import numpy as np

from gantei.photographs.photograph import open_photograph

from .dicoms import of_pixels, written


@pytest.fixture(scope="module")
def pixels(fundus):
    return np.asarray(fundus)


def test_a_laterality_that_contradicts_the_other_one_is_said(pixels):
    made = of_pixels(pixels, ImageLaterality="R", Laterality="L")
    (found,) = open_photograph(written(made)).findings
    assert (found.code, found.values) == ("dicom-laterality", {"image": "R", "series": "L"})
